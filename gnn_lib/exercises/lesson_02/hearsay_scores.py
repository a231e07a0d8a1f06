"""An experiment: how many of the karate club's members does gossip put on the right side?"""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Clue, Result

_DRAWS, _OTHERS, _MEMBERS = 20, 32, 34


def _whole(values: Tensor) -> bool:
    return bool((values - values.round()).abs().max() < 1e-3)


def _scores(mean: float, spread: float, out_of: int = _OTHERS) -> Tensor:
    """Made-up scores, around a mean, that are whole numbers of members."""
    wave = torch.linspace(-1.7, 1.7, _DRAWS).double()
    return ((mean + spread * wave).clamp(0, 1) * out_of).round() / out_of


exercise = Result(
    name="hearsay_scores",
    task="Sort the karate club into its two sides by gossip alone, from 20 pairs of informants",
    right=lambda s: 0.72 <= float(s.mean()) <= 0.96,
    says="The mean of the scores should lie between 0.72 and 0.96. Are the informants told their opinion "
    "again in every round, are there 3 rounds, and is an opinion above 0 side 1?",
    why="Two people who know, and nobody else: three rounds of gossip sort most of the club. Coins would "
    "give 0.5.",
    clues=(
        Clue(
            "another shape",
            "Hand in 20 scores, a tensor of shape [20]: one for each pair of informants.",
            lambda s: s.shape != (_DRAWS,),
            lambda: torch.rand(3, 2),
        ),
        Clue(
            "no shares",
            "A score is the share of members who were put on the right side, between 0 and 1. Not a "
            "percentage, not a count, and not NaN.",
            lambda s: not bool(((s >= 0) & (s <= 1)).all()),
            lambda: 100 * _scores(0.85, 0.1),
        ),
        Clue(
            "the same pair again and again",
            "All 20 scores are equal. Is a new pair drawn each time, inside the loop?",
            lambda s: float(s.double().std()) < 1e-6,
            lambda: torch.full((_DRAWS,), 31 / 32),
        ),
        Clue(
            "scores the informants, too",
            "Each score is a share of all 34 members. Two of them had been told their side: leave them out, "
            "and score the other 32. What was given away must not count as found out.",
            lambda s: _whole(s.double() * _MEMBERS) and not _whole(s.double() * _OTHERS),
            lambda: _scores(0.86, 0.1, out_of=_MEMBERS),
        ),
        Clue(
            "not shares of 32",
            "Score the 32 members who were told nothing, each of them right or wrong: every score is then a "
            "whole number divided by 32.",
            lambda s: not _whole(s.double() * _OTHERS),
            lambda: torch.linspace(0.5, 1, _DRAWS),
        ),
        Clue(
            "no better than a coin",
            "The mean is about 0.5: as good as no gossip at all. Are the opinions passed on from round to "
            "round?",
            lambda s: float(s.mean()) < 0.54,
            lambda: _scores(0.5, 0.02),
        ),
        Clue(
            "one round only",
            "This is about what one round gives: only the friends of the two informants have heard anything. "
            "Play 3 rounds.",
            lambda s: float(s.mean()) < 0.70,
            lambda: _scores(0.6, 0.08),
        ),
        Clue(
            "too good to be true",
            "Almost everybody is right, whoever is asked. Do you draw the informants at random, one from "
            "each side, and keep the answers `club.y` out of the gossip?",
            lambda s: float(s.mean()) > 0.96,
            lambda: _scores(0.98, 0.03),
        ),
    ),
    example=lambda: _scores(0.85, 0.1),
    hints=(
        "Draw one member of each side, let them gossip for 3 rounds, score the others. 20 times.",
        "`int(sides[0][torch.randint(17, (1,))])` is a member of side 0, drawn by chance. `score([a, b], 3)` "
        "is the share that the informants a and b put on the right side.",
        "Begin with an empty list, and append each score to it. `torch.stack` makes one tensor of a list of "
        "them.",
        "Inside a loop of 20 turns: draw a and b, then `scores.append(score([a, b], rounds=3))`. After it, "
        "`hearsay_scores = torch.stack(...)`.",
    ),
    minutes=6,
    worth=2.0,
)
