"""All boards, in menu order."""

from streams.boards.specs import channels, funnel, money, people, pipeline, relay, summary

BOARDS = (
    summary.BOARD,
    funnel.BOARD,
    channels.BOARD,
    people.BOARD,
    money.BOARD,
    relay.BOARD,
    pipeline.BOARD,
)
BY_ID = {board.id: board for board in BOARDS}
