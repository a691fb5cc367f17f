"""json_holds.py FILE EXPRESSION...: do the expressions hold for the object in
FILE?  Its members are names in them, and the whole of it is `it'."""
import json
import sys


def main(path, expressions):
    with open(path, encoding="utf-8") as f:
        it = json.load(f)
    names = dict(it) if isinstance(it, dict) else {}
    names["it"] = it
    for expression in expressions:
        try:
            holds = eval(expression, {}, names)
        except (KeyError, IndexError, NameError, TypeError) as e:
            holds, expression = False, f"{expression} ({e!r})"
        if not holds:
            print(f"does not hold: {expression}\n{json.dumps(it)}")
            return 1
    return 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
