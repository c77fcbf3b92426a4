"""Files as they are: found, unpacked, decoded and cut into records."""

from quanyu.collect.file.cut import Form
from quanyu.collect.file.document import as_lines, kept_digits
from quanyu.collect.file.encoding import encoding_of, to_utf8
from quanyu.collect.file.line import LONGEST, SHOWN, Overlong, blocks
from quanyu.collect.file.settle import HEAD, Refused, Source, refusals, settle
from quanyu.collect.file.sniff import ROWS, head_of, n_known
from quanyu.collect.file.unpack import GUARDS, Kind, Print, kind_of, print_of, unpack

__all__ = [
    "GUARDS",
    "HEAD",
    "LONGEST",
    "ROWS",
    "SHOWN",
    "Form",
    "Kind",
    "Overlong",
    "Print",
    "Refused",
    "Source",
    "as_lines",
    "blocks",
    "encoding_of",
    "head_of",
    "kept_digits",
    "kind_of",
    "n_known",
    "print_of",
    "refusals",
    "settle",
    "to_utf8",
    "unpack",
]
