import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfNaming } from '../server/arena/selfNaming.ts';

const namesItself = selfNaming(['The Orion one', 'orion/Orion-7B-it', 'large', 'xy']);

// Made by hand, after what models are known to say of themselves.
const revealing = [
  'I am ChatGPT.',
  "Hi! I'm Claude, an AI assistant made by Anthropic. How can I help?",
  'I’m Claude 3.5 Sonnet — happy to help.',
  'I am GPT-4, a large language model.',
  "I'm a GPT-4 model, so I cannot browse.",
  'I am a large language model, trained by Google.',
  'I am an AI language model developed by OpenAI, and I have no feelings.',
  'I was created by a team of researchers at Anthropic.',
  "I'm an AI assistant called **Gemini**.",
  'My name is Qwen. I was built by Alibaba Cloud.',
  'You can call me Kimi!',
  'As Claude, I try to be honest.',
  'As Claude, an assistant made by Anthropic, I try to be honest.',
  'as an AI language model trained by OpenAI, I cannot say.',
  "As an OpenAI language model, I don't have opinions.",
  'I am based on the GPT-4 architecture.',
  "I'm Google's AI assistant.",
  "I am Meta's Llama 3.",
  'I am an AI model from Mistral AI.',
  'OpenAI trained me on much text.',
  'My creators at Anthropic wanted that.',
  'I am not ChatGPT. I am DeepSeek-V3.',
  'i am chatgpt',
  'First, yes.\n\nSecond, I am Orion-7B-it.',
  'I am The Orion one.',
  '我是通义千问，由阿里云开发的大型语言模型。',
  '您好，我是文心一言，英文名是ERNIE Bot。',
  '我是“文心一言”。',
  '我是一个由OpenAI训练的大型语言模型。',
  '我是由百度公司研发的知识增强大语言模型，文心一言。',
  '你好！我是 Kimi，由月之暗面科技有限公司（Moonshot AI）训练的AI助手。',
  '我是豆包，很高兴见到你。',
  '我叫豆包。',
  '我是ChatGLM3-6B，一个人工智能助手。',
  '我是智谱 AI 的 ChatGLM。',
  '我由深度求索公司开发。',
  '我是阿里云的大模型。',
  '作为通义千问，我会尽力回答。',
  '作为一个由智谱AI训练的语言模型，我没有感情。',
  '我是DeepSeek-V3，由深度求索公司创造。',
  '我的开发者是腾讯。',
  '是OpenAI创造了我。',
];

const innocent = [
  'Claude Monet painted water lilies.',
  'I am Claude Monet, born in Paris.',
  'As Claude Monet grew old, I think his colours changed.',
  'As Claude Monet said, I must have flowers.',
  'GPT-4 is a model of OpenAI. Anthropic makes Claude.',
  'As GPT-4 shows, I believe that scale matters.',
  'I am not ChatGPT.',
  "I'm a Gemini, and you are a Leo.",
  'I am a fan of Claude, as many are.',
  "I'm Claude's biggest fan.",
  'I am a GPT-4 user.',
  'I am using a library developed by Google.',
  'I am an engineer trained by Google.',
  'The llama said: "I am Claude."',
  '“I am ChatGPT” is, in French, « Je suis ChatGPT ».',
  'Use `print("I am Claude")`.',
  'I am happy to compare Gemini and Claude for you.',
  'As a large language model, I have no body.',
  'I am an AI assistant and was trained by people.',
  'I am large. My friend is xylophone.',
  'I am the assistant of a professor at Google.',
  'I call the OpenAI API here.',
  'ChatGPT works as a chatbot developed by OpenAI.',
  '豆包是一种早点，我喜欢豆包。',
  '我是豆包爱好者。',
  '我是 Kimi 的用户。',
  '我是通义千问的开发者之一。',
  '我不是ChatGPT。',
  '我是阿里云的工程师。',
  '我是百度的人工智能工程师。',
  '文心一言是百度推出的大模型。',
  '作为由OpenAI开发的模型，ChatGPT 可以聊天。',
  '他说：“我是通义千问。”',
  '我是一个语言模型，没有名字。',
  '作为一个人工智能助手，我没有感情。',
];

test('an answer that says which model it is, or who made it, is found', () => {
  for (const text of revealing) assert.ok(namesItself(text), text);
});

test('a name that is only mentioned, quoted, denied, or somebody else’s is not', () => {
  for (const text of innocent) assert.ok(!namesItself(text), text);
});
