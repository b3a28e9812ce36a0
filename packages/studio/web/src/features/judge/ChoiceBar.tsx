import { Button, Kbd, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './ChoiceBar.module.css';
import { type Choice, nameOf, scale } from './choices.ts';

/** The scale at the lower edge of the screen, always at the same place: hands find it without eyes. */
export function ChoiceBar({ choose, skip }: { choose: (choice: Choice) => void; skip: () => void }) {
  const { t } = useTranslation();
  const side = (n: 1 | 2, choice: 'first' | 'second') => (
    <fieldset className={classes.side} aria-label={t('judge.response', { n })}>
      <Text className={classes.sideName} aria-hidden>
        {t('judge.response', { n })}
      </Text>
      <div className={classes.row}>
        {scale
          .filter((one) => one.choice === choice)
          .map((one) => (
            <ChoiceButton key={one.key} choice={one} choose={choose} />
          ))}
      </div>
    </fieldset>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset within a fieldset says no more, and cannot be laid out.
    <div className={classes.bar} role="group" aria-label={t('judge.scale')}>
      {side(1, 'first')}
      <div className={classes.middle}>
        {scale
          .filter(({ strength }) => strength === undefined)
          .map((one) => (
            <ChoiceButton key={one.key} choice={one} choose={choose} />
          ))}
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          h={34}
          fw={500}
          onClick={skip}
          rightSection={<Kbd size="xs">S</Kbd>}
        >
          {t('judge.skip')}
        </Button>
      </div>
      {side(2, 'second')}
    </div>
  );
}

function ChoiceButton({ choice, choose }: { choice: Choice; choose: (choice: Choice) => void }) {
  const { t } = useTranslation();
  const name = nameOf(choice);
  return (
    <UnstyledButton
      className={classes.choice}
      data-main={choice.strength === 2 || undefined}
      data-choice={name}
      onClick={() => choose(choice)}
    >
      <span>{t(`judge.choices.${name}`)}</span>
      <Kbd size="xs" aria-hidden>
        {choice.key}
      </Kbd>
    </UnstyledButton>
  );
}
