import {basename} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Config, run, settings} from '@oclif/core'
import {EXIT, explainError} from './errors.js'
import {remark} from './streams.js'

/** Runs one command line: never throws, never calls exit after output, leaves the code in process.exitCode. */
export async function main(argv: readonly string[], root: URL): Promise<void> {
  settings.enableAutoTranspile = false
  process.stdout.on('error', error => quietly(error))
  process.stderr.on('error', error => quietly(error))
  process.once('SIGINT', () => process.exit(EXIT.interrupted))
  let version = '?'
  try {
    const config = await Config.load({root: fileURLToPath(root), devPlugins: false, userPlugins: false})
    version = config.version
    if (basename(process.argv[1] ?? '').startsWith('kubectl-')) config.bin = 'kubectl mesh'
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
      process.stdout.write(`meshctl (mesh diagnostics) ${version}\n`)
      return
    }
    await run([...argv], config)
  } catch (error) {
    const {text, exitCode} = explainError(error, version, argv.includes('--debug') || process.env.MESHCTL_DEBUG === '1')
    process.exitCode = exitCode
    if (text !== '') await remark(text)
  }
}

/** A closed pipe ends the output without a word; anything else on a standard stream is a bug worth seeing. */
function quietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
