import { describe, expect, it } from 'vitest';
import { baseName, bytes, count, list, number, percent, rate, timeLeft } from './words';

function check<A>(say: (input: A) => string, cases: [A, string][]): void {
  for (const [input, expected] of cases) expect(say(input), String(input)).toBe(expected);
}

describe('words', () => {
  it('separates thousands', () =>
    check(number, [
      [0, '0'],
      [999, '999'],
      [1240, '1,240'],
      [5_000_000, '5,000,000'],
    ]));

  it('counts none, one and many', () => {
    check(
      (n: number) => count(n, 'photo'),
      [
        [0, 'no photos'],
        [1, '1 photo'],
        [2, '2 photos'],
        [1240, '1,240 photos'],
      ],
    );
    expect(count(2, 'match', 'matches')).toBe('2 matches');
  });

  it('says sizes as file browsers do', () =>
    check(bytes, [
      [0, '0 bytes'],
      [1, '1 byte'],
      [999, '999 bytes'],
      [999_999, '1 MB'],
      [1500, '1.5 KB'],
      [2_412_345, '2.4 MB'],
      [35_000_000, '35 MB'],
      [4_200_000_000, '4.2 GB'],
    ]));

  it('is as coarse about time as an estimate', () =>
    check(timeLeft, [
      [0, 'less than a minute left'],
      [49, 'less than a minute left'],
      [50, '1 min left'],
      [1212, '20 min left'],
      [3600, '1 h left'],
      [3900, '1 h 5 min left'],
      [40_000, '11 h left'],
      [400_000, '5 days left'],
    ]));

  it('says slow work by the minute', () =>
    check(rate, [
      [21.4, '21 photos/s'],
      [3.14, '3.1 photos/s'],
      [0.2, '12 photos/min'],
      [0.001, '1 photo/min'],
    ]));

  it('says 100% only of all of it', () =>
    check(percent, [
      [0, '0%'],
      [0.5, '50%'],
      [0.999, '99%'],
      [1, '100%'],
    ]));

  it('names the last part of any path', () =>
    check(baseName, [
      ['/home/ada/photos', 'photos'],
      ['/home/ada/photos/', 'photos'],
      ['C:\\Users\\Ada\\Photos', 'Photos'],
      ['photo.jpg', 'photo.jpg'],
    ]));

  it('joins lists', () =>
    check(list, [
      [[], ''],
      [['a'], 'a'],
      [['a', 'b'], 'a and b'],
      [['a', 'b', 'c'], 'a, b and c'],
    ]));
});
