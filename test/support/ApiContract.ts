/** Whether an answer is what the API's own document says: used on every answer that tests get. */
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../shared/api/openapi/openApiDocument';
import { ROUTES } from '../../shared/api/ROUTES';

const DOCUMENT = 'api';

export class ApiContract {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    addFormats(this.#ajv);
    this.#ajv.addSchema(openApiDocument(ROUTES), DOCUMENT);
  }

  /**
   * @param path with the host's prefix, without query
   * @returns a line for each way in which the answer differs; none for what is no route of the API's
   */
  differences(method: string, path: string, answer: { status: number; type: string; text: string }): string[] {
    const route = ROUTES.find((one) => one.method === method && patternOf(one.path).test(path));
    if (route === undefined || answer.status === 304) return [];
    const isProblem = answer.status >= 400;
    const kind = answer.type.split(';')[0]?.trim() ?? '';
    if (kind === 'text/csv' || answer.text === '') return [];
    const expected = isProblem ? 'application/problem+json' : 'application/json';
    // The host's own refusals have no body of ours.
    if (isProblem && (answer.status === 401 || kind === '')) return [];
    if (kind !== expected) return [`${route.name}: ${kind} in place of ${expected}`];
    const responses = `${DOCUMENT}#/paths/${escaped(`/api/${route.path}`)}/${method.toLowerCase()}/responses`;
    const where = `${responses}/${isProblem ? 'default' : answer.status}/content/${escaped(expected)}/schema`;
    const check = this.#ajv.getSchema(where) ?? this.#ajv.compile({ $ref: where });
    if (check(JSON.parse(answer.text)) === true) return [];
    return (check.errors ?? []).map(
      (error) => `${route.name}${error.instancePath}: ${error.message ?? ''} ${JSON.stringify(error.params)}`,
    );
  }
}

const patternOf = (path: string): RegExp => new RegExp(`^/api/${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
