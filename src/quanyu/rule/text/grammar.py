"""The grammar of rules."""

# ruff: noqa: E501 - a terminal stands on one line
GRAMMAR = r"""
// Rules as people write them. Conditions are parted by `;` or `and`; `;` binds least, then `or`, then `and`, then `not`.
// {verbs}, {units}, {quoted}, {conjunction} are filled in by parse.py.

start: SEMICOLON? together?
?together: any (SEMICOLON any)* SEMICOLON?     -> all_of

?any: every (OR every)*                        -> any_of
?every: claim (AND claim)*                     -> all_of
?claim: NOT claim                              -> negated
      | "(" together ")"
      | NAME SIGN VALUE                        -> compared
      | NAME LIKE VALUE                        -> compared
      | NAME (IN | NOT_IN) VALUE               -> among
      | NAME BETWEEN VALUE                     -> between
      | NAME (KNOWN | UNKNOWN)                 -> known
      | NAME NEAR VALUE                        -> near
      | NAME RANK                              -> ranked
      | NAME WINDOW                            -> dated
      | ANNIVERSARY NAME WINDOW                -> returned
      | (MEMBER | NO_MEMBER) ATOM FOR?         -> member
      | LOT (OF ATOM)?                         -> lot
      | rows part*                             -> performed
      | NEVER rows part*                       -> never
      | (FIRST | LAST) rows WINDOW             -> timed
      | (FIRST | LAST) rows WITH NAME SIGN ATOM WINDOW?  -> read
      | rows (THEN rows)* (THEN | THEN_NOT) rows tail*   -> sequence

rows: (VERB DETAIL? | DID EVENT) where?
where: WHERE "(" together ")"
?part: SIGN NUMBER TIMES?                      -> times
     | ON SIGN NUMBER DAYS                     -> days
     | WITH AGGREGATE NAME SIGN ATOM           -> figure
     | WINDOW                                  -> window
?tail: WITHIN                                  -> within
     | WINDOW                                  -> window
     | PER NAME                                -> per

SEMICOLON: /[;；](\s*[;；])*/
AND.2: /(and|AND)\b|并且|且/
OR.2: /(or|OR)\b|或者|或/
NOT.2: /(not|NOT)\b/
NAME: /[^\W\d]\w*(\.[\w$-]+)*/
SIGN: /<=|>=|!=|<|>|=|at\s+least\b|at\s+most\b/
LIKE.2: /(contains|starts\s+with|ends\s+with|matches|like)\b/
IN.2: /in\b/
NOT_IN.3: /not\s+in\b/
BETWEEN.2: /between\b/
KNOWN.2: /is\s+known\b/
UNKNOWN.3: /is\s+unknown\b/
RANK.4: /in\s+(the\s+)?(top|bottom)\s+\d+(\.\d+)?\s*%/
WINDOW.4: /(in\s+)?(the\s+)?(last|next)\s+\d+\s+{units}|between\s+\d+\s+and\s+\d+\s+{units}\s+ago|(more|less)\s+than\s+\d+\s+{units}\s+ago|(before|since|on)\s+\d{4}-\d\d-\d\d|from\s+\d{4}-\d\d-\d\d\s+until\s+\d{4}-\d\d-\d\d|today\b|yesterday\b/
NEAR.4: /within\s+\d+(\.\d+)?\s*km\s+of\b/
ANNIVERSARY.3: /anniversary\s+of\b/
MEMBER.3: /in\s+(segment|list)\b/
NO_MEMBER.4: /not\s+in\s+(segment|list)\b/
FOR.3: /for\s+\d+\s+{units}/
LOT.3: /in\s+random\s+\d+(\.\d+)?\s*%/
OF.2: /of\b/
NEVER.3: /never\b/
FIRST.3: /first\b/
LAST.3: /last\b/
WITH.2: /with\b/
THEN.2: /then\b/
THEN_NOT.3: /then\s+not\b/
WHERE.2: /where\b/
ON.2: /on\b/
TIMES.2: /times?\b/
DAYS.2: /days?\b/
AGGREGATE.2: /(total|average|largest|smallest|distinct)\b/
WITHIN.2: /within\s+\d+\s+{units}/
PER.2: /per\b/
DID.3: /did\b/
VERB.3: /({verbs})\b/
DETAIL: /{quoted}|(?!(in|on|where|with|before|since|from|between|more|less|last|next|at|then|and|AND|or|OR|within|per|today|yesterday)\b)[^\W\d][\w-]*/
EVENT: /{quoted}|[^\s;；()",]+/
ATOM: /{quoted}|[^\s;；()",]+/
NUMBER: /\d+(\.\d+)?/
VALUE: /(?!\s)({quoted}|\([^()\n]*\)|[^;；()"\n])+?(?=\s*(\Z|[;；)])|{conjunction})/

%ignore /\s+/
"""
"""As lark reads it; what stands in braces is filled in by `parse`."""


__all__ = ["GRAMMAR"]
