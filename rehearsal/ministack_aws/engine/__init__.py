"""MiniStack as this package sees it: the only place that reaches into it.

MiniStack promises no interface for extensions, so most of these names are private there. Each one
has a public name and a type here, with the module, the name and the shape that are expected;
`python -m ministack_aws.engine` says where the installed version differs.
"""
