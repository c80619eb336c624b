/** The test engine's rules for words. */
import type { Template } from '../src/lib/bindings/Template';
import type { Basis, Handlers } from './engine';

/** Runs in the page and therefore uses nothing from this file. */
export function installTemplates({ options }: Basis): Handlers {
  const shipped: Template = {
    category: '',
    title: '[if title: {title}][unless title: [{brand} ]{seen.title}]',
    text: '{seen.sentence}[ By {brand}.][ Made of {material}.]',
    altText: '[if alt_text: {alt_text}][unless alt_text: {seen.alt}]',
  };
  let kept: Template[] = options.templates ?? [];

  return {
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
