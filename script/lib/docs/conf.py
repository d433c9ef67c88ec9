# Copyright: (c) 2026, the failover.vrrp contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of Sphinx for the documentation; ``script/docs`` builds it."""

from __future__ import annotations

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

lexers["mermaid"] = TextLexer()  # Shown as it is written: nothing is fetched to draw it.
project = "failover.vrrp"
copyright = "the failover.vrrp contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "docs/index"
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
exclude_patterns = ["reference/environment_variables.rst"]
html_theme = "sphinx_rtd_theme"
html_title = "failover.vrrp"
html_static_path = ["static"]
html_css_files = ["tables.css"]
html_theme_options = {"style_external_links": True}
html_show_sphinx = False
html_copy_source = False
html_use_smartypants = False
highlight_language = "text"
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

smartquotes = False
default_role = "any"
