"""The control API: routes under /_control that call the same services as everybody else.

It has no rule of its own: each noun is a module, `operations` is the table of all addresses, `errors` the
table of all refusals, and `contracts/control/` says what each operation takes and answers.
"""
