# Met when the address answers without an error; the codes that mean "not yet" are 404, unless the sensor says otherwise.
import sys
import traceback

not_yet = setting("NOT_YET")
try:
    request()
except urllib.error.HTTPError as error:
    print(error)
    sys.exit(1 if any(str(error.code).startswith(str(code)) for code in (["404"] if not_yet is None else not_yet)) else 2)
except Exception:
    traceback.print_exc()
    sys.exit(2)
sys.exit(0)
