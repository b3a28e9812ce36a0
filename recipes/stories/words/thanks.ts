/** How somebody says thank you. `{from}` and `{to}` are filled in by the plot. */
export const thanks = {
  told: [
    '{From} thanked {to} with [a big hug|a jar of honey|a little bow].',
    'And {from} thanked {to} again and again.',
    '{From} said thank you, and meant it.',
  ],
  spoken: [
    '"Thank you, {to}," said {from}.',
    '"Thank you," said {from}, "with all my heart."',
    '"Oh, thank you, thank you," said {from}.',
    '"Thank you for [everything|your help|being there]," said {from}.',
  ],
};
