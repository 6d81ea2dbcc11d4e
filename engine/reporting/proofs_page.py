"""What was proved about a ruleset: a few lines for people, everything as data for programs."""

from typing import Any

from ..locale import Lang, phrase, without_formula
from ..workshop.proofs import Answer, Proof, Proofs, Question

MOST_UNKNOWN = 20


def proofs_text(proofs: Proofs, lang: Lang) -> str:
    """Counts by question, what is unknown, what was assumed."""
    counts = proofs.counts
    lines = [
        phrase(
            "proofs_counts",
            lang,
            proved=counts[Answer.PROVED],
            refuted=counts[Answer.REFUTED],
            unknown=counts[Answer.UNKNOWN],
        )
    ]
    for question in Question:
        asked = [p for p in proofs.proofs if p.question is question]
        if asked:
            lines.append(f"  {_counted(question, asked, lang)}")
    unknown = [p for p in proofs.proofs if p.answer is Answer.UNKNOWN]
    lines += [f"  {_unknown(proof, lang)}" for proof in unknown[:MOST_UNKNOWN]]
    if len(unknown) > MOST_UNKNOWN:
        lines.append(f"  … {len(unknown) - MOST_UNKNOWN}")
    lines.append(phrase("proofs_assumed", lang, ranges=proofs.ranges, rules=len(proofs.rules)))
    return "\n".join(lines)


def _counted(question: Question, asked: list[Proof], lang: Lang) -> str:
    parts = []
    for answer in Answer:
        number = sum(p.answer is answer for p in asked)
        if number:
            parts.append(f"{phrase(f'proofs_{answer}', lang)} {number}")
    gap = "，" if lang == "zh" else ", "
    name = phrase(f"proofs_of_{question}", lang)
    return phrase("proofs_line", lang, name=name, counts=gap.join(parts))


def _unknown(proof: Proof, lang: Lang) -> str:
    about = " ".join(part for part in (proof.about, proof.detail) if part)
    key = f"proofs_why_{proof.why}"
    try:
        why = phrase(key, lang)
    except KeyError:
        why = without_formula(proof.why).text(lang)
    question = phrase(f"proofs_of_{proof.question}", lang)
    return phrase("proofs_not_known", lang, about=about or "grade", question=question, why=why)


def proofs_json(proofs: Proofs) -> dict[str, Any]:
    """Every question with its answer, and what was assumed."""
    counts = proofs.counts
    return {
        **{str(answer): counts[answer] for answer in Answer},
        "assumed": {"ranges": proofs.ranges, "integrity": list(proofs.rules)},
        "questions": [_question(proof) for proof in proofs.proofs],
    }


def _question(proof: Proof) -> dict[str, Any]:
    found: dict[str, Any] = {
        "question": str(proof.question),
        "criterion": proof.about or None,
        "detail": proof.detail or None,
        "answer": str(proof.answer),
    }
    if proof.answer is Answer.UNKNOWN:
        found["why"] = proof.why
    if proof.finding is not None:
        found["code"] = proof.finding.code
    if proof.witness is not None:
        found["witness"] = {
            "name": proof.witness.name,
            "text": {"zh": proof.witness.text.zh, "en": proof.witness.text.en},
            "results": list(proof.witness.results),
        }
    return found
