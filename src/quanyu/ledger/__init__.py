"""Operational records only: the single home of sqlalchemy."""

from quanyu.ledger.audit import (
    Edit,
    audited,
    list_edits,
    replay,
)
from quanyu.ledger.courier import (
    Courier,
    Deliver,
    Round,
    deliver_due,
)
from quanyu.ledger.document import (
    Document,
    as_kept,
    to_json,
)
from quanyu.ledger.fit import (
    KeptFit,
    find_fit,
    keep_fit,
    list_fits,
)
from quanyu.ledger.load import (
    Load,
    Tally,
    begin_load,
    fail_interrupted_loads,
    fail_load,
    find_load,
    finish_load,
    list_loads,
)
from quanyu.ledger.outbox import (
    Claim,
    ClaimedLetter,
    Letter,
    claim,
    count_letters,
    mark_delivered,
    mark_failed,
    post,
)
from quanyu.ledger.run import (
    Run,
    StepPlan,
    begin_step,
    fail_interrupted_steps,
    fail_step,
    finish_step,
    last_good,
    list_runs,
)
from quanyu.ledger.session import (
    Ledger,
    Scope,
    open_ledger,
    reading,
    writing,
)

__all__ = [
    "Claim",
    "ClaimedLetter",
    "Courier",
    "Deliver",
    "Document",
    "Edit",
    "KeptFit",
    "Ledger",
    "Letter",
    "Load",
    "Round",
    "Run",
    "Scope",
    "StepPlan",
    "Tally",
    "as_kept",
    "audited",
    "begin_load",
    "begin_step",
    "claim",
    "count_letters",
    "deliver_due",
    "fail_interrupted_loads",
    "fail_interrupted_steps",
    "fail_load",
    "fail_step",
    "find_fit",
    "find_load",
    "finish_load",
    "finish_step",
    "keep_fit",
    "last_good",
    "list_edits",
    "list_fits",
    "list_loads",
    "list_runs",
    "mark_delivered",
    "mark_failed",
    "open_ledger",
    "post",
    "reading",
    "replay",
    "to_json",
    "writing",
]
