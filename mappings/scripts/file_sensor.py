# Is there a file? As Airflow's FileSensor: a glob; a folder counts when it holds a file.
import glob
import sys
import traceback


def found(path, recursive):
    """Does some match of the glob exist, a folder with at least one file in it?"""
    for match in glob.glob(path, recursive=recursive):
        if os.path.isfile(match):
            print("Found", match)
            return True
        if any(files for _, _, files in os.walk(match)):
            print("Found files in", match)
            return True
    return False


try:
    base = connection()["extra"].get("path", "") if "AIRGO_CONNECTION" in os.environ else ""
    answer = found(os.path.join(base, setting("PATH")), setting("RECURSIVE", False))
except Exception:
    traceback.print_exc()
    sys.exit(2)
sys.exit(0 if answer else 1)
