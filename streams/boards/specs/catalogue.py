"""All boards, in the order in which people are offered them."""

from streams.boards.specs import channels, funnel, money, people, pipeline, summary

BOARDS = (
    summary.BOARD,
    funnel.BOARD,
    channels.BOARD,
    people.BOARD,
    money.BOARD,
    pipeline.BOARD,
)
BY_ID = {board.id: board for board in BOARDS}
