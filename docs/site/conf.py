# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings for the site that `make docs` builds."""

from __future__ import annotations

project = "community.arize"
copyright = "community.arize contributors, GPL-3.0-or-later"
html_title = "community.arize"

extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
nitpicky = True
default_role = "any"

# The headings get the anchors that they have on the repository's web page.
myst_heading_anchors = 3

# The few labels of Ansible's own documentation that the module pages use, so that nothing is fetched.
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/ansible/latest/", "ansible.inv")}

# What Ansible calls in a page of a plugin, with its templates.
highlight_language = "yaml+jinja"
pygments_style = "tango"
pygments_dark_style = "monokai"

html_theme = "furo"
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_static_path = ["_static"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
# site.css takes the colours of the theme, so that its switch between light and dark counts.
antsibull_ext_color_scheme = "none"
