import type { HostJson } from './hostJson';
import type { HostLog } from './log';

const LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/**
 * Lets through what Application Insights would keep: `logging.logLevel` of host.json, where the longest name that begins
 * the category decides, and `default` when none does.
 */
export function logFilter(logLevel: HostJson['logging']['logLevel'], onLog: HostLog): HostLog {
  const rules = Object.entries(logLevel)
    .map(([name, level]) => ({ name: name === 'default' ? '' : name, least: LEVELS.indexOf(level.toLowerCase()) }))
    .sort((a, b) => b.name.length - a.name.length);
  return (line) => {
    const rule = rules.find(({ name }) => line.category.startsWith(name));
    if (LEVELS.indexOf(line.level) >= (rule?.least ?? LEVELS.indexOf('information'))) onLog(line);
  };
}
