import { expect, it } from 'vitest';
import { nameOf } from './product';

it('calls a product by the best name that there is', () => {
  const all = {
    title: ' Mug 12 ',
    generatedTitle: 'Red mug',
    description: 'a red mug',
    fileName: 'a.jpg',
  };
  expect(nameOf(all)).toBe('Mug 12');
  expect(nameOf({ ...all, title: ' ' })).toBe('Red mug');
  expect(nameOf({ ...all, title: null, generatedTitle: '' })).toBe('a red mug');
  expect(nameOf({ ...all, title: null, generatedTitle: null, description: null })).toBe('a.jpg');
});
