import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"

# As `spanlit run` does with the folder of an app.
sys.path.insert(0, str(EXAMPLES / "docs_assistant"))
