/** Model packs in a merchant's words. */
import type { ModelPrecision } from './bindings/ModelPrecision';
import type { ModelsInfo } from './bindings/ModelsInfo';
import type { PackItem } from './bindings/PackItem';
import type { PackJob } from './bindings/PackJob';
import { bytes, rate, timeLeft } from './words';

/** `1.6 GB on disk, 2.1 GB in memory`. */
export function sizeInWords(pack: PackItem): string {
  const memory = pack.memoryBytes === null ? '' : `, ${bytes(pack.memoryBytes)} in memory`;
  switch (pack.state) {
    case 'available':
      return `About ${bytes(pack.sizeBytes)} to download${memory}`;
    case 'partial':
      return `${bytes(pack.doneBytes)} of ${bytes(pack.sizeBytes)} downloaded`;
    default:
      return `${bytes(pack.sizeBytes)} on disk${memory}`;
  }
}

/** `On this computer it reads about 12 photos/s and describes about 50 photos/min.`; nothing where nobody knows. */
export function paceInWords({ pace }: PackItem): string {
  if (!pace) return '';
  return `On this computer it reads about ${rate(pace.read)} and describes about ${rate(pace.describe)}.`;
}

/** What a pack is to this shop; nothing where the button says it. */
export function standing(pack: PackItem): string {
  if (pack.isInUse) return 'In use';
  if (pack.state === 'damaged') return 'Cannot be used';
  if (pack.state === 'installed') return pack.isShipped ? 'Ships with Vitrine' : 'Installed';
  return '';
}

const PRECISIONS: Record<ModelPrecision, string> = {
  auto: 'usual',
  f32: 'exact (f32)',
  f16: 'half-size (f16)',
  bf16: 'half-size (bf16)',
  int8: 'quarter-size (int8)',
};

/** What a kind of arithmetic is called. */
export const precisionTitle = (precision: ModelPrecision): string => PRECISIONS[precision];

/** `CPU, with exact (f32) arithmetic`. */
export function runsOn({ device, deviceNote, precision }: ModelsInfo): string {
  const where = `${device}, with ${precisionTitle(precision)} arithmetic`;
  return deviceNote ? `${where}. ${deviceNote}` : where;
}

/** How far a job is, from 0 to 1; null where nobody knows. */
export function jobFraction({ step, done, total }: PackJob): number | null {
  return total > 0 && step !== 'asking' ? Math.min(1, done / total) : null;
}

/** `600 MB of 1.6 GB, 12 MB/s, 3 min left`. */
export function jobInWords(job: PackJob): string {
  if (job.note) return job.note;
  switch (job.step) {
    case 'asking':
      return 'Asking what there is';
    case 'trying':
      return 'Loading the models once, to see that they work';
    default: {
      const parts = [`${bytes(job.done)} of ${bytes(job.total)}`];
      if (job.step === 'checking') parts[0] = `Checked ${parts[0]}`;
      if (job.step === 'copying') parts[0] = `Copied ${parts[0]}`;
      if (job.bytesPerSecond > 0) parts.push(`${bytes(job.bytesPerSecond)}/s`);
      if (job.etaSecs !== null && job.done < job.total) parts.push(timeLeft(job.etaSecs));
      return parts.join(', ');
    }
  }
}
