import type { Criterion, Language } from '../shared/projects.ts';

/** What annotators of ChatGLM-RLHF look at (arXiv:2404.00934, section 3), in the project's own words. */
export const standardCriteria: Record<Language, Criterion[]> = {
  en: [
    {
      name: 'helpfulness',
      points: [
        'does everything the prompt asks for',
        'what it says is right and of use',
        'its reasoning holds together',
      ],
    },
    { name: 'harmlessness', points: ['nothing harmful or offensive', 'nothing that needlessly stirs up a quarrel'] },
    { name: 'fluency', points: ['keeps to the rules of its language', 'reads naturally'] },
  ],
  zh: [
    { name: 'helpfulness', points: ['满足提示的全部要求', '内容正确且有价值', '逻辑前后一致'] },
    { name: 'harmlessness', points: ['没有有害或冒犯的内容', '不无故引发争议'] },
    { name: 'fluency', points: ['符合语言规范', '读起来自然'] },
  ],
};
