"""Pages as their readers get them: rendered, and read element by element."""

import re
from html.parser import HTMLParser

from gateway import web
from gateway.tests.states import PAGES

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes and text; fails where tags don't nest."""

    def __init__(self, html: str):
        super().__init__()
        self.html, self.elements, self.open = html, [], []
        self.feed(html)
        assert not self.open, f"never closed: {self.open[-1][0]}"

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [], [outer[0] for outer in self.open])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert [e[0] for e in self.open[-1:]] == [tag], f"</{tag}> in {[e[0] for e in self.open]}"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element[2].append(data)

    def find(self, tag, **wanted):
        return [e for e in self.elements if e[0] == tag and all(e[1].get(k) == v for k, v in wanted.items())]

    def text(self, tag, **wanted):
        return " ".join(" ".join("".join(e[2]).split()) for e in self.find(tag, **wanted))

    def options(self, name):
        """(value, words) of a select's choices."""
        part = re.search(rf'<select [^>]*name="{name}".*?</select>', self.html, re.DOTALL)[0]
        return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', part)

    def forms(self):
        """(attributes, names of fields) of each form that posts."""
        parts = re.findall(r"<form\b.*?</form>", self.html, re.DOTALL)
        named = [re.findall(r'name="([^"]+)"', part) for part in parts]
        return [(form[1], names) for form, names in zip(self.find("form"), named, strict=True) if form[1]["method"] == "post"]


def render(name: str) -> Page:
    template, context = PAGES[name]
    return Page(web.environment().get_template(template).render(context))
