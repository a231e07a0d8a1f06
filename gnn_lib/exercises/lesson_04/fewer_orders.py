"""Who listens alike in GATv2? Found in the playground of attention."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="fewer_orders",
    task="Find whose swap makes the listeners of GATv2 more alike",
    choices={"a": "Ann", "b": "Bob", "c": "Cem", "d": "Dee", "e": "Eli"},
    answer="d",
    why="Dee's taste was -2. Swapped, it is 2, as Bob's and Cem's, and all three listen in one order. In "
    "GATv2 an order belongs to the listener: who is alike listens alike. In GAT it belongs to the senders, "
    "and the count stays at 1 whomever you click.",
    wrong={
        "a": "With Ann's ratings swapped her taste is 4, and nobody else's is: there are still four orders.",
        "b": "Bob's taste is -2 then, as Dee's, but Cem has lost his companion: there are still four orders.",
        "c": "Cem's taste is -2 then, as Dee's, but Bob has lost his companion: there are still four orders.",
        "e": "Eli's taste is -3 then, between Ann's and Dee's, and nobody else's: there are still four "
        "orders.",
    },
    hints=(
        "Tick `everyone hears everyone`. The last row of the table then counts the different orders. Click "
        "one person, read, and click again to swap back.",
        "A taste is thriller minus comedy: Ann -4, Bob 2, Cem 2, Dee -2, Eli 3. Listeners with the same "
        "taste have the same order. A swap turns the sign round.",
        "Who has the taste of two others after the swap?",
    ),
    minutes=2,
)  # fmt: skip
