/**
 * Whether an answer says who wrote it, which ends the blindness of the arena. A mere mention ("Claude Monet", "GPT-4 is a
 * model of OpenAI") does not: a name counts only where the writer says of itself that it is that, or was made by them.
 */
import { modelNames, vendorNames } from './modelNames.ts';

/** A test of texts. @param own names of the arena's models, beside those that are known in general */
export function selfNaming(own: readonly string[]): (text: string) => boolean {
  const patterns = patternsFor(own);
  return (text) => patterns.some((pattern) => [...text.matchAll(pattern)].some(({ index }) => !isQuoted(text, index)));
}

function patternsFor(own: readonly string[]): RegExp[] {
  const names = oneOf([...modelNames.map(loosely), ...own.flatMap(ownForms)]);
  const parts = { name: `(?:${names})${version}`, vendor: `(?:${oneOf(vendorNames.map(loosely))})` };
  return [...english(parts), ...chinese(parts)].map((source) => new RegExp(source, 'giu'));
}

interface Parts {
  /** A model, with its version. */
  readonly name: string;
  readonly vendor: string;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Longer ones first: of two that begin alike the longer is meant. */
const oneOf = (sources: readonly string[]): string => sources.toSorted((a, b) => b.length - a.length).join('|');

const loosely = (name: string): string => name.split(' ').map(escaped).join('[\\s-]?');

/** As it is written and without its folder; not a plain word as "large", which everybody uses. */
function ownForms(name: string): string[] {
  const forms = new Set([name, name.split('/').at(-1)!].map((form) => form.trim()));
  return [...forms].filter((form) => form.length > 1 && !/^[a-z]+$/.test(form)).map((form) => `(?-i:${escaped(form)})`);
}

const version =
  '(?:[\\s-]?v?\\d[\\w.]*(?:-[\\w.]+)*)?(?:[\\s-](?:opus|sonnet|haiku|instant|pro|ultra|flash|nano|mini|turbo|plus|max|large|medium|small|chat|instruct|coder|bot|ai))*';

const open = '["\'“‘「『《*_]*';
const close = '["\'”’」』》*_)]*';
const made = '(?:made|created|developed|trained|built|designed|produced|pretrained|fine-tuned)';
/** What may stand between "I am" and a name, one after the other. */
const described =
  '(?:(?:an?|the|your|AI|A\\.I\\.|artificial|intelligen(?:ce|t)|large|small|advanced|powerful|new|virtual|digital|personal|helpful|friendly|multimodal|open-source|conversational|generative|language|chat|model|assistant|chatbot|bot|program|system|called|named|known as|referred to as|which is|that is|that was|was|been|and|(?:version|instance|variant) of|based on|built on|powered by)[\\s,]+)';
const iAm =
  "\\b(?:I am|I['’]m|my name is|(?:you (?:can|may) )?call me|I am called|I go by)(?: actually| just| simply| indeed| currently| really)?,?\\s+";
const kind = '(?:AI|model|assistant|chatbot|language model|large language model)';

function english({ name, vendor }: Parts): string[] {
  const ending = `(?=${close}(?:$|[.,;:!?()\\n—–…，。！？]|\\s+(?:[-–—(]|and\\b|but\\b|by\\b|from\\b|an?\\b|the\\b|your\\b|here\\b|based\\b|powered\\b|running\\b|version\\b|architecture\\b|family\\b|series\\b|${kind}\\b|${made}\\b)|\\s*$))`;
  const by = `${made}(?:\\s+and\\s+\\w+)?\\s+by\\s+(?:(?:the|a|researchers|engineers|people|team|company|folks|at|of|from)\\s+)*${open}${vendor}\\b`;
  const me = "\\s*(?:I\\b|I['’]|my\\b)";
  const aside = ',(?:\\s*(?:an?|the|your)\\b[^.!?\\n]{0,80},)?'; // ", an assistant made by …,"
  return [
    `${iAm}${described}{0,10}(?<!\\ban?\\s)${open}${name}${ending}`, // not "I'm a Gemini"
    `${iAm}${described}{0,10}${name}(?:-based|-powered)?\\s+${kind}\\b`,
    `(?:${iAm}|\\bI was\\s+|\\bI have been\\s+|\\bI['’]ve been\\s+)${described}{0,12}${by}`,
    `${iAm}${described}{0,10}(?<=${kind}\\s)(?:from|of|by)\\s+${vendor}\\b`,
    `${iAm}${described}{0,10}${vendor}['’]s\\s+(?:${described}|${kind}\\b|${name})`,
    `\\b${vendor}\\s+(?:has\\s+)?${made}\\s+me\\b`,
    `\\bmy\\s+(?:creators?|developers?|makers?|parent company|training)(?:,|\\s+(?:at|by|is|are))?\\s+${vendor}\\b`,
    `\\bas\\s+${described}{0,10}${open}${name}${close}${aside}${me}`,
    `\\bas\\s+${described}{0,10}${by},${me}`,
    `\\bas\\s+(?:an?|the)\\s+${vendor}(?:['’]s)?\\s+${described}{0,6}${kind},${me}`,
  ];
}

function chinese({ name, vendor }: Parts): string[] {
  const makes = '(?:开发|训练|研发|推出|打造|创造|创建|设计|研制)';
  const firm = `${vendor}(?:公司|集团|团队|旗下|实验室|研究院)*(?:自主|独立|共同|全新|最新)*`;
  const what = '(?:模型|助手|助理|机器人|程序|AI|人工智能)(?!工程师|研究员|专家|部门|团队|公司|的用户)';
  const words = `(?:您的|你的|一[个款名位种]|名[叫为]|叫做?|被称为|基于|的|大型|大|语言|智能|人工智能|AI|对话|聊天|多模态|预训练|知识增强|超大规模|新一代|模型|助手|助理|机器人|程序|由|来自|${firm}|${makes}|[，,、\\s]){0,12}`;
  const ending = `(?=${close}\\s*(?:$|[，。！？；：、（(,.!?;:\\n]|(?:大|大型)?(?:语言)?模型|(?:智能|人工智能|AI|个人|对话)*(?:助手|助理)|一[个款名位种]|由))`;
  return [
    `我(?:的名字)?(?:就)?(?:是|叫做?|名叫)${words}${open}\\s*${name}${ending}`,
    `我(?:是)?(?:一[个款名位种])?[^。！？\\n，,“"]{0,8}?(?:由|被)\\s*${firm}\\s*${makes}`,
    `我是(?:一[个款名位种])?(?:来自)?\\s*${firm}\\s*${makes}?的[^。！？\\n]{0,15}?${what}`,
    `作为${words}${open}\\s*${name}${close}\\s*(?:大|大型)?(?:语言)?(?:模型)?(?:智能|AI)?(?:助手)?[，,](?:一[个款名位种][^。！？\\n]{0,30}[，,])?\\s*我`,
    `作为(?:一[个款名位种])?(?:由|来自)?\\s*${firm}\\s*${makes}?的[^。！？\\n，,]{0,20}?${what}[，,]\\s*我`,
    `${vendor}(?:公司|团队)?${makes}(?:了|出)我`,
    `我(?:的|背后的)(?:开发者|创造者|开发商|开发公司|开发团队|研发团队|公司|团队)(?:是|为)\\s*${vendor}`,
  ];
}

const pairs: readonly (readonly [string, string])[] = [
  ['“', '”'],
  ['「', '」'],
  ['『', '』'],
  ['«', '»'],
  ['"', '"'],
  ['`', '`'],
];

/** Whether a place is in quotation marks that were opened on its line: then somebody else is speaking. */
function isQuoted(text: string, place: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', place - 1) + 1, place);
  const count = (mark: string) => before.split(mark).length - 1;
  return pairs.some(([opens, closes]) => (opens === closes ? count(opens) % 2 === 1 : count(opens) > count(closes)));
}
