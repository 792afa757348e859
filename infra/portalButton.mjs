/**
 * Prints the "Deploy to Azure" button as Markdown: the portal opens with the template and the form of a public copy.
 *   node infra/portalButton.mjs https://raw.githubusercontent.com/<owner>/<repository>/<branch>
 */
const root = process.argv[2] ?? '';
if (!/^https:\/\/[^?#\s]+[^/?#\s]$/.test(root)) {
  console.error('Give the public https address that the repository lies at, without a slash at its end.');
  process.exit(2);
}
const at = (/** @type {string} */ file) => encodeURIComponent(`${root}/infra/${file}`);
const target = `https://portal.azure.com/#create/Microsoft.Template/uri/${at('azuredeploy.json')}/createUIDefinitionUri/${at('createUiDefinition.json')}`;
console.log(`[![Deploy to Azure](https://aka.ms/deploytoazurebutton)](${target})`);
