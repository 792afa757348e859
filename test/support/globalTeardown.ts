import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default async function globalTeardown(): Promise<void> {
  await globalThis.azurite?.stop();
  rmSync(join(tmpdir(), process.env['TEST_STORAGE_RUN'] ?? 'none'), { recursive: true, force: true });
}
