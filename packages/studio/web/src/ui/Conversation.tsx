import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/queue.ts';
import classes from './Conversation.module.css';
import { Rendered } from './Rendered.tsx';

/** The messages of a prompt, in order. */
export function Conversation({ messages, raw = false }: { messages: readonly Message[]; raw?: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.messages}>
      {messages.map(({ role, content }, i) => (
        <div key={i} className={classes.message} data-role={role}>
          <div className={classes.role}>{t(`app.roles.${role}`)}</div>
          <Rendered text={content} raw={raw} />
        </div>
      ))}
    </div>
  );
}
