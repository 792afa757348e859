/** The page comes as soon as its files can be read, whatever was before. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DashboardFiles } from '../../shared/api/dashboard/DashboardFiles';

test('files that could not be read once are read by the next request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    const files = new DashboardFiles(folder);
    await expect(files.get('index.html')).rejects.toThrow('ENOENT');
    const page = { name: 'index.html', contentType: 'text/html', digest: 'd', isImmutable: false };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify([page]));
    for (const ending of ['br', 'gz']) writeFileSync(join(folder, `index.html.${ending}`), ending);
    expect(await files.get('index.html')).toMatchObject({ contentType: 'text/html' });
    expect(await files.get('../manifest.json')).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
