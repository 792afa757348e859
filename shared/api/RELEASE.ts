/** The version of this release, as its package says. */
export { version as RELEASE } from '../../package.json';
