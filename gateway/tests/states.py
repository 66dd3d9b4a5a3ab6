"""Every page in every state: what test_templates.py renders and test_accessibility.py reads."""

from gateway.tests import pages, pages_dashboards, pages_reports, pages_tasks, record_pages, record_pages_beside

# Name of the state → (template, context).
PAGES = (
    pages.pages()
    | pages_tasks.pages()
    | record_pages.pages()
    | record_pages_beside.pages()
    | pages_dashboards.pages()
    | pages_reports.pages()
)
