"""A form whose answer never came: what was typed, to look at and to send again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .forms import Form
from .kinds import act_at
from .verbs import VERBS

_DOCUMENT = {
    "number": "Số",
    "symbol": "Ký hiệu",
    "abstract": "Trích yếu",
    "signer": "Người ký",
    "issue_date": "Ngày ban hành",
    "reason": "Lý do",
    "changing_code": "Văn bản sửa đổi",
    "changing_signer": "Người ký",
}


@dataclass(frozen=True)
class Resend:
    """`files`: the names of those that have to be chosen once more, since no page can fill them in."""

    address: str
    values: Mapping[str, Sequence[str]]
    files: Sequence[str]

    @property
    def typed(self) -> Iterator[tuple[str, str]]:
        """(label, text) of what a person would be sorry to lose."""
        verb = act_at(self.address) or next((verb for verb in VERBS.values() if self.address.endswith(f"/{verb.slug}")), None)
        if verb:
            yield from verb.typed(Form(self.values))
            return
        for name, (text, *_) in self.values.items():
            task = re.fullmatch(r"tasks-(\d{1,4})-content", name)
            label = f"Nhiệm vụ {int(task[1]) + 1}" if task else _DOCUMENT.get(name)
            if label and text.strip():
                yield label, text
