"""Your own constructs: a file here with `add(stack, stage)` belongs to every stage's stack.

Releases of this product hold nothing but this file here, so an upgrade never touches yours. See
docs/how-to/add-your-own-resources.md. A file whose name begins with an underscore is not an
extension; others may import it.
"""
