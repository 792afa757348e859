/** GET /api/dashboard: the page's shell and its files, without a key; what they show needs one. */
import { gunzipSync } from 'node:zlib';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { Problem } from '../Problem';
import { hasAnswer } from '../entityTag';
import type { DashboardFile, DashboardFiles } from './DashboardFiles';

/** Nothing from elsewhere, no inline script or style, no frame, and no text that becomes markup but Fluent's own templates. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types fast-html',
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const YEAR_S = 31_536_000;

/** @throws Problem 404 for a file that is not there */
export async function getDashboard(files: DashboardFiles, request: ApiRequest): Promise<ApiResponse> {
  const name = request.params['path'] ?? '';
  const file = await files.get(name === '' ? 'index.html' : name);
  if (file === undefined) throw new Problem(404, 'NotFound', 'The page has no such file. Open /api/dashboard.');
  const headers = {
    ...SECURITY_HEADERS,
    'cache-control': file.isImmutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    vary: 'Accept-Encoding',
    etag: `"${file.digest}"`,
  };
  if (hasAnswer(request.header('if-none-match'), headers.etag)) return { status: 304, headers };
  const { encoding, bytes } = encoded(file, request.header('accept-encoding') ?? '');
  return {
    status: 200,
    headers: { ...headers, ...(encoding === null ? {} : { 'content-encoding': encoding }) },
    content: { type: file.contentType, bytes },
  };
}

function encoded(
  file: DashboardFile,
  accepted: string,
): { readonly encoding: string | null; readonly bytes: Uint8Array } {
  if (/\bbr\b/.test(accepted)) return { encoding: 'br', bytes: file.br };
  if (/\bgzip\b/.test(accepted)) return { encoding: 'gzip', bytes: file.gzip };
  return { encoding: null, bytes: gunzipSync(file.gzip) };
}
