# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation's site from the pages of this checkout, without a network, and check what came out.

usage: docs_site.py FOLDER

FOLDER/source is made anew with the sources of Sphinx, and FOLDER/html with the site. Runs in the environment of
docs/site/requirements.txt. The site opens with the README, and the lists of docs/README.md below it, which give the
pages their order.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import site_check
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/ansible-collections/community.arize/blob/main/"
README, CONTENTS = "README.md", "docs/README.md"
# Pages outside docs, by the names that they get on the site.
OUTSIDE = {
    README: "index",
    "SECURITY.md": "security",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.rst": "changelog",
}
# Labels of Ansible's own documentation that antsibull-docs refers to.
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "list_of_collections": "collections/index.html",
}
# The theme shows the contents beside a page, and in place of a list of its own it shows an error.
CONTENTS_DIRECTIVE = re.compile(r"^\.\. contents::.*\n(?:   :.*\n)*", re.MULTILINE)
FILTER_SECTION = re.compile(r"^\.\. _filter_plugins_in_.*?(?=^\.\. _role_plugins_in_)", re.MULTILINE | re.DOTALL)
# On the site the reference has pages of its own, which the repository has not.
REFERENCE = """\
## Reference

- [Modules and roles](collection/index.rst): every option and every result
- [Environment variables](environment.rst): which option each of them stands in for
- [Examples](examples.md): whole playbooks
- [Changelog](changelog.rst): what each release brought
- [Contributing](contributing.md): how to change the collection

"""
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages_of(checkout: Path) -> dict[str, str]:
    """The names of the site's pages by the paths of their sources in the checkout."""
    found = {path: name for path, name in OUTSIDE.items() if (checkout / path).exists()}
    for page in sorted((checkout / "docs").rglob("*.md")):
        path = page.relative_to(checkout).as_posix()
        if not path.startswith("docs/site/"):
            found[path] = "index" if path == CONTENTS else path[len("docs/") : -len(".md")]
    return found


def with_site_links(text: str, path: str, pages: dict[str, str], checkout: Path) -> str:
    """The page with its links changed: to other pages by their names on the site, to other files in the repository."""
    own = PurePosixPath(pages[path]).parent

    def changed(found: re.Match[str]) -> str:
        target, mark, anchor = found[2].partition("#")
        folder = checkout if site_check.WHOLE.match(target) else (checkout / path).parent
        target = site_check.WHOLE.sub("", target)
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        linked = Path(os.path.normpath(folder / target)).relative_to(checkout).as_posix()
        if linked in pages:
            suffix = PurePosixPath(linked).suffix
            return f"{found[1]}{os.path.relpath(pages[linked] + suffix, own)}{mark}{anchor}{found[3]}"
        if linked.startswith("docs/images/"):
            return f"{found[1]}{os.path.relpath(linked[len('docs/') :], own)}{found[3]}"
        if linked.startswith("examples/"):
            return f"{found[1]}{os.path.relpath('examples.md', own)}#{anchor_of(linked)}{found[3]}"
        return f"{found[1]}{REPOSITORY}{linked}{found[3]}"

    parts = []
    end = 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(changed, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(changed, text[end:])])


def anchor_of(example: str) -> str:
    """The anchor of an example's heading."""
    return PurePosixPath(example).name.replace(".", "")


def examples_page(folder: Path) -> str:
    """A page with all playbooks of the examples, and what they need, without their licence headers."""
    lines = ["# Examples", ""]
    for example in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = "\n".join(line for line in example.read_text(encoding="utf-8").splitlines() if "SPDX-" not in line)
        language = "yaml+jinja" if example.suffix == ".yml" else "jinja"
        lines += [f"## {example.name}", "", f"```{language}", text.strip(), "```", ""]
    return "\n".join(lines)


def with_reference(text: str) -> str:
    """The contents page with the site's own list of what there is to look up."""
    return re.sub(r"^## Reference\n.*?(?=^## )", REFERENCE, text, flags=re.MULTILINE | re.DOTALL)


def tables_of_contents(text: str) -> str:
    """Sphinx's hidden tables of contents, one for each list of pages below a heading of the contents page."""
    made = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _line_end, body = section.partition("\n")
        listed = re.findall(r"^- \[([^\]]*)\]\(([^)#]+)\.(?:md|rst)\)", body, re.MULTILINE)
        entries = [f"{title} <{name}>" for title, name in listed]
        made.append("\n".join([f"```{{toctree}}\n:hidden:\n:caption: {heading}\n", *entries, "```\n"]))
    return "\n" + "\n".join(made)


def environment_page(documentation: str, roles: dict[str, dict[str, Any]]) -> str:
    """A page that says of each environment variable which options it is for, and how they use it.

    `documentation` is that of the connection's options, `roles` are the options of each role.
    """
    users: dict[str, list[str]] = {}
    for option, about in yaml.safe_load(documentation)["options"].items():
        for told in [about["description"]] if isinstance(about["description"], str) else about["description"]:
            for name in dict.fromkeys(re.findall(r"E\((\w+)\)", told)):
                users.setdefault(name, []).append(f"For {option_link('arize_api_key_module', option)}: {plain(told)}")
    for role, options in roles.items():
        for option, about in options.items():
            for name in re.findall(r"E\((\w+)\)", " ".join(about["description"])):
                link = option_link(f"{role}_role", f"main__{option}", option)
                users[name].append(f"For {link} of the role {role}, read on the controller.")
    title = "Environment variables"
    lines = [title, "=" * len(title), ""]
    lines += [
        "They are read only for options that are not set: by the modules on the host where the module runs, by the",
        "roles on the controller.",
        "",
    ]
    for name in sorted(users):
        lines += [f".. envvar:: {name}", ""]
        for text in users[name]:
            lines += [f"   {text}", ""]
    return "\n".join(lines)


def option_link(plugin: str, option: str, text: str = "") -> str:
    return f":ref:`{text or option} <ansible_collections.community.arize.{plugin}__parameter-{option}>`"


def plain(text: str) -> str:
    """A text of Ansible's documentation with its names as code."""
    return re.sub(r"[CEOV]\(([^)]*)\)", r"``\1``", text)


def inventory() -> bytes:
    """Sphinx's inventory (version 2) of ANSIBLE_LABELS."""
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n# The remainder is compressed using zlib.\n"
    body = "".join(f"{name} std:label -1 {path} {name}\n" for name, path in ANSIBLE_LABELS.items())
    return head.encode() + zlib.compress(body.encode())


def write_sources(source: Path) -> None:
    """Make the folder of Sphinx's sources."""
    shutil.copytree(CHECKOUT / "docs" / "site", source)
    shutil.copytree(CHECKOUT / "docs" / "images", source / "images")
    pages = pages_of(CHECKOUT)
    texts = {
        path: with_site_links((CHECKOUT / path).read_text(encoding="utf-8"), path, pages, CHECKOUT) for path in pages
    }
    contents = with_reference(texts.pop(CONTENTS))
    lists = contents[contents.index("\n## ") :]
    texts[README] = f"{texts[README]}{lists}{tables_of_contents(lists)}"
    for path, text in texts.items():
        name = pages[path]
        if path.endswith(".rst"):
            text = CONTENTS_DIRECTIVE.sub("", text)
        if name == "testing":
            text += "\n```{toctree}\n:hidden:\n:glob:\n\ntables/*\n```\n"
        target = source / f"{name}{PurePosixPath(path).suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (source / "ansible.inv").write_bytes(inventory())
    (source / "examples.md").write_text(examples_page(CHECKOUT / "examples"), encoding="utf-8")
    fragment = runpy.run_path(str(CHECKOUT / "plugins" / "doc_fragments" / "connection.py"))["ModuleDocFragment"]
    roles = {
        path.parents[1].name: yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
        for path in sorted((CHECKOUT / "roles").glob("*/meta/argument_specs.yml"))
    }
    page = environment_page(fragment.DOCUMENTATION, roles)
    (source / "environment.rst").write_text(page, encoding="utf-8")


def write_collection_pages(source: Path) -> None:
    """Let antsibull-docs write the pages of modules and roles."""
    folder = source / "collection"
    # The tool refuses a folder that others may write to.
    folder.mkdir(mode=0o755)
    command = ["antsibull-docs", "--config-file", str(source / "antsibull-docs.cfg"), "collection", "--use-current"]
    command += ["--squash-hierarchy", "--fail-on-error", "--dest-dir", str(folder), "community.arize"]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections")}
    subprocess.run(command, check=True, env=environment)
    # It knows only variables of plugins that are not modules: environment_page() takes its place.
    (folder / "environment_variables.rst").unlink()
    # The filters are made for the roles.
    for page in folder.glob("*_filter.rst"):
        page.unlink()
    for page in folder.glob("*.rst"):
        # Each variable that an option names has its entry on our page.
        text = page.read_text(encoding="utf-8").replace(":ansenvvar:", ":ansenvvarref:")
        text = FILTER_SECTION.sub("", CONTENTS_DIRECTIVE.sub("", text))
        page.write_text(with_short_titles(text), encoding="utf-8")


def with_short_titles(page: str) -> str:
    """A page of the collection with titles that fit a telephone, and its index with the names of the plugins alone."""
    page = re.sub(r"^    (\w+)_(module|filter|role)$", r"    \1 <\1_\2>", page, flags=re.MULTILINE)
    page = re.sub(r"^Community\.Arize$", "community.arize", page, flags=re.MULTILINE)
    return re.sub(r"^community\.arize\.(?=\w+ (?:module|filter|role) -- )", "", page, flags=re.MULTILINE)


def main(folder: Path) -> int:
    source, html = folder / "source", folder / "html"
    for old in (source, html):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_sources(source)
    write_collection_pages(source)
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    command = ["sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "--fresh-env"]
    command += ["-D", f"html_title=community.arize {version}"]
    command += ["--doctree-dir", str(folder / "doctrees"), str(source), str(html)]
    built = subprocess.run(command, check=False)
    if built.returncode:
        return built.returncode
    problems = site_check.problems_of(html)
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(f"{len(list(html.rglob('*.html')))} pages in {html}, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
