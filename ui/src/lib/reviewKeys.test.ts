import { describe, expect, it } from 'vitest';
import { repeats, reviewAct, type ReviewAct, type Typed } from './reviewKeys';

const bare = (key: string, more: Partial<Typed> = {}): ReviewAct | null =>
  reviewAct({
    key,
    hasCommand: false,
    isBare: true,
    shiftKey: false,
    isTyping: false,
    isNear: true,
    isEditing: false,
    ...more,
  });
const command = (key: string, more: Partial<Typed> = {}) =>
  bare(key, { hasCommand: true, isBare: false, ...more });

describe('reviewAct', () => {
  it('knows one key for each decision', () => {
    const decisions = ['a', 'r', 'n', 'e', 'u'].map((key) => bare(key));
    expect(decisions).toEqual(['approve', 'reject', 'needsInfo', 'edit', 'reopen']);
    expect(bare('A', { shiftKey: true })).toBe('approve');
  });

  it('moves by letters and by arrows', () => {
    expect(['j', 'ArrowDown', 'k', 'ArrowUp'].map((key) => bare(key))).toEqual([
      'next',
      'next',
      'previous',
      'previous',
    ]);
    expect([bare(']'), bare('[')]).toEqual(['nextPhoto', 'previousPhoto']);
  });

  it('counts claims from one to nine', () => {
    expect(bare('1')).toEqual({ claim: 0 });
    expect(bare('9')).toEqual({ claim: 8 });
    expect(bare('0')).toBeNull();
  });

  it('leaves letters to fields, and to other parts of the window', () => {
    expect(bare('a', { isTyping: true })).toBeNull();
    expect(bare('1', { isTyping: true })).toBeNull();
    expect(bare('a', { isNear: false })).toBeNull();
    expect(bare('a', { isBare: false })).toBeNull();
  });

  it('loses no words while they are being edited', () => {
    const lost = ['a', 'r', 'n', 'u', 'j', 'k', 'w', 'c', 'x', 'y'];
    expect(lost.map((key) => bare(key, { isEditing: true }))).toEqual(lost.map(() => null));
    expect(bare('h', { isEditing: true })).toBe('where');
    expect(bare('Escape', { isEditing: true, isTyping: true })).toBe('leave');
    expect(command('z', { isEditing: true })).toBeNull();
    expect(command('A', { shiftKey: true, isEditing: true })).toBeNull();
  });

  it('saves from within a field, and only there', () => {
    expect(command('Enter', { isEditing: true, isTyping: true })).toBe('save');
    expect(command('Enter')).toBeNull();
  });

  it('takes steps back wherever the focus is, but not in a field', () => {
    expect(command('z', { isNear: false })).toBe('undo');
    expect(command('Z', { shiftKey: true })).toBe('redo');
    expect(command('y')).toBe('redo');
    expect(command('z', { isTyping: true })).toBeNull();
    expect(command('A', { shiftKey: true })).toBe('approveAll');
    expect(command('a')).toBeNull();
  });

  it('goes on while a key is held only where nothing is decided', () => {
    expect(repeats('next')).toBe(true);
    expect(repeats('approve')).toBe(false);
  });

  it('sends out by Ctrl+E, and not while somebody writes', () => {
    expect(command('e')).toBe('sendOut');
    expect(command('e', { isNear: false })).toBe('sendOut');
    expect(command('e', { shiftKey: true })).toBeNull();
    expect(command('e', { isEditing: true })).toBeNull();
  });
});
