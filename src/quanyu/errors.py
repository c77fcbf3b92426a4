"""One family of errors; every message says what happened, what is allowed and what to do next.

QuanyuError
├── WorkspaceError
│   ├── WorkspaceMissingError     no workspace where one was named
│   ├── WorkspaceBusyError        another load or run is writing
│   │   └── OvertakenError        another process wrote to the table meanwhile
│   └── DamageError               a table is not what was written
├── SettingError                  a setting has a value that is not allowed
├── ContractError
│   ├── UnknownTableError         no contract has this name
│   ├── UnknownMetricError        no metric has this name
│   ├── OwnershipError            a stage wrote a table that it does not own
│   ├── ColumnError               columns do not fit the contract
│   ├── CurrencyError             money of two currencies would stand in one column
│   └── RuleError                 a rule over people that cannot be read
├── SourceError
│   ├── UnreadableFileError       truncated, encrypted, not the type its name says, a bomb
│   └── UnknownLayoutError        no layout recognises the header
├── PullError                     a database or service cannot be asked, or does not say what its layout needs
├── QueryError                    SQL that cannot be run or is not read-only
├── QualityError                  a threshold in quanyu.toml stopped the run
├── IdentityError                 a split or merge that is not allowed
├── DecisionError                 a decision that does not exist or was taken before
├── ChannelError                  no channel has this name, or it refused what it was given
├── MethodError                   a specification that cannot be fitted
├── ComplianceError               a text that may not be sent as it is
├── ActionError                   no such action, or it cannot be done with what it was given
│   └── GivenError                what was given is not what the action takes
├── AccessError                   who asks may not, or is not who they say
├── StorageError                  the disk is full or refuses to write
├── CollectorFullError            the log of the collector takes nothing more for now
└── MissingExtraError             an optional library is needed
"""

from __future__ import annotations


class QuanyuError(Exception):
    """The root of the family; `hint` is the next thing to do and `exit_code` what a shell sees.

    Message and hint are sentences with `{name}` places, filled from `values`: the edges translate the sentence and
    fill it again in the reader's language (`quanyu.text.told`). A value may be an error or a `quanyu.text.Sentence`;
    it is told in that language too. Other programs' own words are values, as text.

    >>> str(QuanyuError("There is no step {step!r}.", "Steps: {steps}.", step="rmf", steps="rfm, people"))
    "There is no step 'rmf'.\\nSteps: rfm, people."
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", /, **values: object) -> None:
        super().__init__(message.format(**values) if values else message)
        self.hint = hint.format(**values) if values else hint
        self.sentences = (message, hint)
        self.values = values

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n{self.hint}" if self.hint else message


class WorkspaceError(QuanyuError):
    """The workspace cannot be used."""

    exit_code = 3


class WorkspaceMissingError(WorkspaceError):
    """There is no workspace at the given place."""


class WorkspaceBusyError(WorkspaceError):
    """Another process is writing to this workspace."""

    exit_code = 4


class OvertakenError(WorkspaceBusyError):
    """Another process wrote to a table between the moment it was read and the moment it was to be written."""


class DamageError(WorkspaceError):
    """A table or a record is damaged: something that was written is gone or cannot be read."""

    exit_code = 15


class SettingError(QuanyuError):
    """A setting has a value that is not allowed."""

    exit_code = 2


class ContractError(QuanyuError):
    """Data or code does not keep a table's contract."""

    exit_code = 5


class UnknownTableError(ContractError):
    """No table has this name."""


class UnknownMetricError(ContractError):
    """No metric has this name."""


class OwnershipError(ContractError):
    """A stage tried to write a table owned by another stage."""


class ColumnError(ContractError):
    """Columns are missing, surplus or of the wrong type."""


class CurrencyError(ContractError):
    """Money of two currencies would stand in one column."""


class RuleError(ContractError):
    """A rule over people names an unknown trait or is not written as one."""


class SourceError(QuanyuError):
    """A source file cannot be taken."""

    exit_code = 6


class UnreadableFileError(SourceError):
    """The file is damaged, protected, too large when opened, or not what its name says."""


class UnknownLayoutError(SourceError):
    """No layout recognises the file."""


class PullError(QuanyuError):
    """A database or service cannot be asked for its rows, or they lack what the layout needs."""

    exit_code = 26


class QueryError(QuanyuError):
    """The SQL cannot be run, or is not read-only."""

    exit_code = 7


class QualityError(QuanyuError):
    """A quality threshold stopped the run before derived tables changed."""

    exit_code = 8


class IdentityError(QuanyuError):
    """A split or merge of people that is not allowed."""

    exit_code = 9


class MethodError(QuanyuError):
    """A method's specification cannot be fitted."""

    exit_code = 10


class DecisionError(QuanyuError):
    """There is no such decision, or it was taken before."""

    exit_code = 13


class ChannelError(QuanyuError):
    """No channel has this name, or it refused what it was given."""

    exit_code = 14


class SegmentError(QuanyuError):
    """There is no such segment, or its members cannot be trusted."""

    exit_code = 17


class ActionError(QuanyuError):
    """There is no such action, or what it was given is not what it takes."""

    exit_code = 16


class GivenError(ActionError):
    """What was given is not what the action takes."""


class CampaignError(QuanyuError):
    """A campaign that cannot be read, approved, launched or sent as it is."""

    exit_code = 19


class JourneyError(QuanyuError):
    """A journey that cannot be read, launched or changed as it is."""

    exit_code = 24


class PromotionError(QuanyuError):
    """A promotion, a basket or a coupon cannot be read, or may not do what is asked of it."""

    exit_code = 27


class TaskError(QuanyuError):
    """A task that is not there, or that somebody has closed before."""

    exit_code = 25


class RecommendError(QuanyuError):
    """There is nobody, or nothing, to recommend for."""

    exit_code = 28


class ComplianceError(QuanyuError):
    """A text may not be sent as it is: something in it, or missing from it, is against the law."""

    exit_code = 18


class AccessError(QuanyuError):
    """Who asks has no role that may, or could not show who they are."""

    exit_code = 19


class ContentError(QuanyuError):
    """A content cannot be read, or a variable of it (`variable`, if it is that) has no value."""

    exit_code = 21
    variable = ""


class StorageError(QuanyuError):
    """Storage refuses to take more."""

    exit_code = 11


class CollectorFullError(QuanyuError):
    """The log of the collector takes nothing more for now; clients may come again after `after_seconds`."""

    exit_code = 22
    after_seconds = 5.0


class MissingExtraError(QuanyuError):
    """An optional library is not installed."""

    exit_code = 12
