/** The test engine's rules for words. */
import type { RuleHelp } from '../src/lib/bindings/RuleHelp';
import type { Template } from '../src/lib/bindings/Template';
import type { TemplateTrial } from '../src/lib/bindings/TemplateTrial';
import type { TriedRule } from '../src/lib/bindings/TriedRule';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installTemplates({ options }: Basis): Handlers {
  const shipped: Template = {
    category: '',
    title: '[if title: {title}][unless title: [{brand} ]{seen.title}]',
    text: '[if description: {description}][unless description: {seen.sentence}[ By {brand}.]]',
    altText: '[if alt_text: {alt_text}][unless alt_text: {seen.alt}]',
  };
  let kept: Template[] = options.templates ?? [];

  /** Follows no rule: whatever names a {brnd} is wrong, and the rest becomes a word of its own. */
  const tried = (rule: string): TriedRule => {
    const at = [...rule.slice(0, Math.max(0, rule.indexOf('{brnd}')))].length + 1;
    return rule.includes('{brnd}')
      ? { words: '', problem: `Character ${at}: There is no {brnd}.` }
      : { words: rule && `Words by ${rule}`, problem: null };
  };

  return {
    try_template: ({ template }): TemplateTrial => {
      const one = template as Template;
      return {
        of: one.category === '' ? 'Blue mug' : null,
        title: tried(one.title),
        text: tried(one.text),
        altText: tried(one.altText),
      };
    },
    rule_help: (): RuleHelp => ({
      signs: [{ rule: '{brand} mug', means: 'A name stands for something.', becomes: 'Poppy mug' }],
      slots: [{ name: 'seen.sentence', means: 'the sentence from the photo' }],
    }),
    templates: () => (kept.some(({ category }) => category === '') ? kept : [shipped, ...kept]),
    set_template: ({ template }) => {
      const one = template as Template;
      kept = [...kept.filter(({ category }) => category !== one.category), one];
      kept.sort((a, b) => a.category.localeCompare(b.category));
      return null;
    },
    remove_template: ({ category }) => {
      kept = kept.filter((one) => one.category !== category);
      return null;
    },
  };
}
