"""The LSTM aggregator: reads an inbox like a sentence, and keeps what it knows at the end."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake

SMALL = "two messages each"
SIZES = "inboxes of any size"


class LSTMInbox(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

    def forward(self, x: Tensor, inbox: Tensor) -> Tensor:
        _, (last, _) = self.lstm(x[inbox])
        state: Tensor = last[0]
        return state


def cases(generator: torch.Generator) -> Iterator[Case]:
    sizes = ((SMALL, 3, 2, 2, 2), (SIZES, 5, 4, 3, 2), (SIZES, 4, 4, 2, 3), (SIZES, 6, 3, 1, 4))
    for group, nodes, messages, features, out in sizes:
        size = dict(in_channels=features, out_channels=out)
        blank = nn.LSTM(features, out).state_dict()
        state = {f"lstm.{key}": torch.randn(old.shape, generator=generator) for key, old in blank.items()}
        inputs = dict(
            x=torch.randn(nodes, features, generator=generator),
            inbox=torch.randint(nodes, (nodes, messages), generator=generator),
        )
        inputs["inbox"][0, :2] = torch.tensor([0, 1])  # at least one inbox in which order shows
        grad = ("x",) if group == SIZES else ()
        yield Case(group, inputs, build=size, state=state, grad=grad)


exercise = Exercise(
    answer=LSTMInbox,
    task="Read each inbox as a sequence",
    cases=cases,
    points={SMALL: 1, SIZES: 1},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "returns the states after every message",
            "That is what the LSTM knew after each message, [N, K, out]. Asked for is what it knows after "
            "the last.",
            ("= last[0]", "= self.lstm(x[inbox])[0]"),
        ),
        Mistake(
            "returns the memory",
            "An LSTM keeps two things: a state, which it shows, and a memory cell, which it keeps to itself. "
            "You returned the second.",
            ("= last[0]", "= self.lstm(x[inbox])[1][1][0]"),
        ),
        Mistake(
            "keeps the dimension of the LSTM's layers",
            "An LSTM can have several layers, and gives the last state of each: [1, N, out]. Take the only "
            "one.",
            ("= last[0]", "= last"),
        ),
        Mistake(
            "stops after the first message",
            "Each inbox is read up to its first message only.",
            ("= last[0]", "= self.lstm(x[inbox])[0][:, 0]"),
        ),
        Mistake(
            "averages the states",
            "That is the mean of all states on the way. Take the one at the end.",
            ("= last[0]", "= self.lstm(x[inbox])[0].mean(dim=1)"),
        ),
        Mistake(
            "reads backwards",
            "Your LSTM begins with the last message. Order is part of the answer here.",
            ("x[inbox]", "x[inbox.flip(1)]"),
        ),
        Mistake(
            "reads along the nodes",
            "With `batch_first=True` the LSTM wants [N, K, F]: a sequence in each row. You gave it the "
            "messages first, so it reads from one node to the next.",
            ("x[inbox]", "x[inbox.T]"),
        ),
        Mistake(
            "reads the ids in order",
            "You sorted the inbox first. That would make the order of the messages not matter, but it is the "
            "ids' order then that decides. Read them as they came.",
            ("x[inbox]", "x[inbox.sort(dim=1).values]"),
        ),
        Mistake(
            "cuts the gradient",
            "Forward all is well, but `.detach()` or `.data` lets nothing learn.",
            ("x[inbox]", "x[inbox].detach()"),
        ),
        Mistake(
            "reads the nodes, not the inboxes",
            "Your LSTM reads x itself, one node after the other, and `inbox` is not used. `x[inbox]` is "
            "what each node hears.",
            ("= last[0]", "= self.lstm(x)[0]"),
        ),
        Mistake(
            "takes the last node",
            "With `batch_first=True` the states are [N, K, out]: index -1 in front takes the last node. You "
            "want the last message, which is the second place.",
            ("= last[0]", "= self.lstm(x[inbox])[0][-1]"),
        ),
        Mistake(
            "takes the largest state",
            "That is the largest of all states on the way, column by column. Take the one at the end.",
            ("= last[0]", "= self.lstm(x[inbox])[0].max(dim=1).values"),
        ),
        Mistake(
            "adds the states up",
            "That is the sum of all states on the way. Take the one at the end: it has read "
            "everything.",
            """
            class LSTMInbox(nn.Module):
                def __init__(self, in_channels, out_channels):
                    super().__init__()
                    self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)
                def forward(self, x, inbox):
                    return self.lstm(x[inbox])[0].sum(1)
            """,
        ),
        Mistake(
            "reads itself before its inbox",
            "Your sequence begins with the node's own row. Here an inbox is what others say; the node "
            "itself has its own path.",
            """
            class LSTMInbox(nn.Module):
                def __init__(self, in_channels, out_channels):
                    super().__init__()
                    self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)
                def forward(self, x, inbox):
                    h = torch.cat([x[:, None], x[inbox]], dim=1)
                    return self.lstm(h)[1][0][0]
            """,
        ),
    ),
    others=(
        """
        class LSTMInbox(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

            def forward(self, x, inbox):
                return self.lstm(x[inbox])[0][:, -1]
        """,
        """
        class LSTMInbox(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

            def forward(self, x, inbox):
                return torch.cat([self.lstm(x[row][None])[1][0][0] for row in inbox])
        """,
        """
        class LSTMInbox(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

            def forward(self, x, inbox):
                state = None
                for column in inbox.T:
                    out, state = self.lstm(x[column].unsqueeze(1), state)
                return out.squeeze(1)
        """,
    ),
    hints=(
        "`x[inbox]` is [N, K, F]: for each node, its K messages in a row. That is just what the LSTM reads.",
        "`self.lstm(...)` gives two things: all states [N, K, out], and a pair (last state, memory).",
        "The last state comes as [1, N, out]. Which index takes the first dimension away?",
    ),
)  # fmt: skip
