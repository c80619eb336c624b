"""Makes `retrieval.json`, `captions.json`, `stems.json` and `bootstrap.json` of this folder again.

    python -m venv venv
    venv/bin/pip install pytrec_eval-terrier==0.5.11 pycocoevalcap==1.2 nltk==3.10.4 scipy==1.17.1
    venv/bin/python make_expected.py

Needs Java, for the tokenizer of pycocoevalcap. Every value is what the reference program says; nothing is
computed here. The products are made up.
"""

import json
import os
import random

import numpy as np
import pytrec_eval
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import meteor_score
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
from scipy.stats import bootstrap

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, value):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        if isinstance(value, list):
            file.write("[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in value) + "\n]\n")
        else:
            rows = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
            file.write("{\n" + ",\n".join(rows) + "\n}\n")


def short(value):
    return float(f"{value:.12g}")


# --- retrieval: trec_eval --------------------------------------------------------------------------

TREC = [f"{name}_{k}" for name in ("recall", "success", "P") for k in (1, 5, 10)]
TREC += ["ndcg_cut_5", "ndcg_cut_10", "recip_rank", "map"]


def rankings(n):
    rng = random.Random(1)
    for _ in range(n):
        items = [f"d{i}" for i in range(rng.choice([3, 12, 40]))]
        judged = rng.sample(items + ["never1", "never2"], rng.randint(1, min(12, len(items))))
        top_grade = rng.choice([1, 1, 3])
        relevant = {item: rng.randint(0, top_grade) for item in judged}
        relevant[judged[0]] = top_grade
        yield rng.sample(items, rng.randint(1, min(25, len(items)))), relevant


def retrieval():
    cases = list(rankings(300))
    qrels = {str(i): relevant for i, (_, relevant) in enumerate(cases)}
    runs = {
        str(i): {item: float(len(ranked) - rank) for rank, item in enumerate(ranked)}
        for i, (ranked, _) in enumerate(cases)
    }
    families = {"recall.1,5,10", "success.1,5,10", "P.1,5,10", "ndcg_cut.5,10", "recip_rank", "map"}
    found = pytrec_eval.RelevanceEvaluator(qrels, families).evaluate(runs)
    write(
        "retrieval.json",
        [
            {
                "ranked": ranked,
                "relevant": relevant,
                "expected": {name: short(found[str(i)][name]) for name in TREC},
            }
            for i, (ranked, relevant) in enumerate(cases)
        ],
    )


# --- captions: pycocoevalcap and NLTK --------------------------------------------------------------

# A caption that was generated, and what people wrote.
PRODUCTS = [
    ("A red mug on a white table.", ["A red ceramic mug stands on a white table.", "Red coffee mug with a round handle", "A mug in red, on a table"]),
    ("a blue v-neck t-shirt", ["A blue V-neck T-shirt on a hanger", "Men's T-shirt, navy blue, with a V-neck", "a dark blue cotton t-shirt"]),
    ("a pair of running shoes with white soles", ["Running shoes with white soles and black laces", "A pair of black running shoes, white soles", "Women's shoes' laces are black; the soles are white", "sporty shoes for runners"]),
    ("a wooden chair in front of a wall", ["A mid-century chair of oiled oak", "Wooden chair with a woven seat", "An oak chair against a grey wall"]),
    ("a leather bag leather bag leather bag", ["A brown leather bag with two handles", "Leather shoulder bag (brown), with a brass buckle"]),
    ("glass vase with flowers", ["glass vase with flowers", "A clear glass vase that holds three dried flowers"]),
    ("a dog", ["A stainless steel water bottle, 0.5 litres", "Steel bottle with a bamboo lid"]),
    ("steel watch with a black strap and a black dial", ["A steel watch with a black leather strap", "Wristwatch: black dial, black strap", "This watch doesn't have numbers on its dial.", "It's a watch with a black dial and a steel case", "A classic watch"]),
    ("...", ["A set of 6 spoons", "Six tea spoons of polished steel"]),
    ("striped scarf made of wool", ["A striped woollen scarf, red and grey", "Wool scarf with stripes and fringes", "A scarf striped in red & grey"]),
    ("A lamp with a green shade", ["Desk lamp with a green glass shade and a brass base", "A banker's lamp", "The lamp's shade is green"]),
    ("candles in a jar, scented candle in a glass jar", ["A scented candle in an amber jar", "Candle in a brown glass jar with a label", "Soy candle - 100% natural"]),
    ("notebook", ["Notebook with a linen cover", "A linen-bound notebook, 192 pages"]),
    ("a teapot and four cups sitting on a wooden tray", ["Teapot with four cups on a tray", "A white teapot and four matching cups", "A tea set for four: pot, cups and tray"]),
    ("a black/white rug with a diamond pattern", ["A black/white rug, 80 x 150 cm", "Woven rug with a diamond pattern in black and white", "They've woven this rug by hand; we'll ship it rolled"]),
    ("folding bicycles, folded", ["A folded bicycle", "Folding bike with 16-inch wheels", "The bike folds in 20 seconds!"]),
    ("the mugs are stacked", ["Stacking mugs", "Mugs that stack", "A stack of mugs, 4 pieces"]),
    ("sunglasses with round lenses on a white background", ["Round sunglasses with green lenses", "Sunglasses on a white background", "A pair of round sunglasses"]),
]


class EmptyWordNet:
    def synsets(self, _word):
        return []


def captions():
    def ptb(texts):
        return PTBTokenizer().tokenize({i: [{"caption": t} for t in ts] for i, ts in enumerate(texts)})

    candidates = ptb([[candidate] for candidate, _ in PRODUCTS])
    references = ptb([refs for _, refs in PRODUCTS])
    bleu, bleus = Bleu(4).compute_score(references, candidates, verbose=0)
    rouge, rouges = Rouge().compute_score(references, candidates)
    cider, ciders = Cider().compute_score(references, candidates)
    meteors = [
        meteor_score([r.split() for r in references[i]], candidates[i][0].split(), wordnet=EmptyWordNet())
        for i in range(len(PRODUCTS))
    ]
    write(
        "captions.json",
        {
            "corpus": {
                "bleu": list(map(short, bleu)),
                "rouge_l": short(rouge),
                "cider_d": short(cider),
                "meteor": short(np.mean(meteors)),
            },
            "items": [
                {
                    "candidate": candidate,
                    "references": refs,
                    "candidate_tokens": candidates[i][0].split(),
                    "reference_tokens": [r.split() for r in references[i]],
                    "bleu": [short(bleus[n][i]) for n in range(4)],
                    "rouge_l": short(rouges[i]),
                    "cider_d": short(ciders[i]),
                    "meteor": short(meteors[i]),
                }
                for i, (candidate, refs) in enumerate(PRODUCTS)
            ],
        },
    )


# --- stems: NLTK -----------------------------------------------------------------------------------

ROOTS = """a by sky fly try die tie enjoy hop hope fall fizz fil snow box relat condition valenc conform
radic gentl vile analog predic oper feud decis callous form sensit tripl electr adjust depend adopt activ
geo theo control roll probat ceas agre bl siz happ news proc colour yy syzyg café""".split()
SUFFIXES = """_ s es ies sses ss ed ied eed ing ated ating bling izing lling y ly ally alli ational tional
enci anci izer abli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti
fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion
tion ou ism ate iti ous ive ize e ll""".split()
IRREGULAR = """sky skies dying lying tying news innings inning outings outing cannings canning howe proceed
exceed succeed dies died ties spied feed sing bled fly flies say be is as ion bion""".split()


def stems():
    stemmer = PorterStemmer()
    products = " ".join(" ".join([c, *refs]) for c, refs in PRODUCTS)
    words = set(products.replace(",", " ").replace(".", " ").lower().split()) | set(IRREGULAR)
    words |= {root + suffix.strip("_") for root in ROOTS for suffix in SUFFIXES}
    write("stems.json", {word: stemmer.stem(word) for word in sorted(words)})


# --- bootstrap: SciPy ------------------------------------------------------------------------------


def intervals():
    rng = np.random.default_rng(1)
    cases = {
        "hits": rng.binomial(1, 0.3, 200).astype(float),
        "reciprocal ranks": 1 / rng.integers(1, 20, 500),
        "few": rng.random(12),
        "skewed": rng.exponential(0.2, 80),
    }
    made = []
    for name, values in cases.items():
        values = np.array([short(v) for v in values])
        found = bootstrap(
            (values,), np.mean, n_resamples=200_000, method="percentile", batch=1000, rng=np.random.default_rng(2)
        )
        made.append(
            {
                "name": name,
                "values": values.tolist(),
                "low": short(found.confidence_interval.low),
                "high": short(found.confidence_interval.high),
                "standard_error": short(found.standard_error),
            }
        )
    write("bootstrap.json", made)


if __name__ == "__main__":
    retrieval()
    captions()
    stems()
    intervals()
