// Writes src/terminal/html/assets.ts: the style and the script of pages (src/page), bundled and minified.
// node scripts/generate-page.js [--print]
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One file of src/page with all it imports, as browsers of the last years read it. */
async function bundled(name) {
  const {outputFiles} = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/page', name)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome110', 'firefox110', 'safari16'],
    charset: 'ascii',
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0].text.trim()
}

const text = JSON.stringify
const [style, script] = [await bundled('style.css'), await bundled('main.ts')]
const module = `// Written by scripts/generate-page.js from src/page.

/** The style of every page. */
export const PAGE_STYLE =
  ${text(style)}

/** The script of every page. */
export const PAGE_SCRIPT =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the templates are the script's own
  ${text(script)}
`

if (process.argv[2] === '--print') process.stdout.write(text({style, script}))
else writeFileSync(join(root, 'src/terminal/html/assets.ts'), module)
