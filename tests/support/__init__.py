# SPDX-FileCopyrightText: community.arize contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: modules run in this process, and playbooks run by ansible-playbook."""
