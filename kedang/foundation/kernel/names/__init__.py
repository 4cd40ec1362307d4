"""The anatomy of Chinese company names, and likeness judged part by part. Pure; the list of places is brought by the caller.

reader = NameReader(places)                  # places: {name: region code}
reader.split("华为技术（北京）有限公司")        # Anatomy(region="北京", brand="华为", trade="技术", form="有限公司", branch="")
reader.key("深圳市华为技术有限公司")            # "华为技术": equal keys are candidates for the same company
reader.compare(a, b)                         # Likeness(score, verdict, sentence)
"""

from kedang.foundation.kernel.names.anatomy import Anatomy, NameReader
from kedang.foundation.kernel.names.likeness import DIFFERENT, RELATED, SAME, SUSPECT, Likeness, compare
from kedang.foundation.kernel.names.persons import same_person

__all__ = [
    "DIFFERENT",
    "RELATED",
    "SAME",
    "SUSPECT",
    "Anatomy",
    "Likeness",
    "NameReader",
    "compare",
    "same_person",
]
