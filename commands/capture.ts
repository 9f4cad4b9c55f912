import {randomBytes} from 'node:crypto'
import {CAPTURE_NEEDS} from '../src/cli/command-needs.js'
import {CAPTURE_FLAGS} from '../src/cli/flags/capture-flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {progressLine} from '../src/cli/output/progress-line.js'
import {captureProgress, continued, withCaptureTarget} from '../src/cli/runs/capture.js'
import {example} from '../src/cli/usage/example.js'
import {placeholderPerSecret} from '../src/formats/redact/placeholder.js'
import {definedFields} from '../src/model/collections/defined-fields.js'
import {captureSource, planCapture} from '../src/reports/capture/plan.js'
import {captureReport} from '../src/reports/capture/report.js'
import {secretsReport} from '../src/reports/capture/secrets.js'
import {capturedSecretsView} from '../src/reports/capture/secrets-view.js'
import {captureView} from '../src/reports/capture/view.js'
import {reportExitCode} from '../src/reports/report.js'
import {formsOf} from '../src/reports/view.js'

export default class Capture extends MeshCommand {
  static override summary = 'Capture everything meshctl can read about pods into a bundle'
  static override usage = 'capture [POD...] [--to FILE.tgz] [flags]'
  static override description =
    'Replay the bundle with --from. Keys, tokens, passwords and environment values are removed; Secrets are never read. Anything that could not be read is recorded, with the reason. docs/bundle.md describes the format.'
  static override examples = [
    example('Capture one workload into a bundle', 'capture deploy/reviews-v1 --from sample --to reviews.tgz'),
    example('Capture every pod and the control plane', 'capture -A --with istiod --to incident.tgz'),
    example(
      'Read again what failed when the connection was lost, and keep the rest',
      'capture -A --resume incident.tgz --to whole.tgz',
    ),
    example('List what would be redacted, without writing a bundle', 'capture -n demo --check-secrets'),
  ]
  static override forms = formsOf(captureView, capturedSecretsView)
  static override needs = CAPTURE_NEEDS
  static override strict = false
  static override flags = CAPTURE_FLAGS

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Capture)
    await this.withSource(flags, async given => {
      const source = captureSource(await continued(given, flags.resume))
      const line = progressLine(process.stderr)
      const plan = await planCapture(source, {
        pods: argv as string[],
        target: {namespace: flags.namespace, allNamespaces: flags['all-namespaces'], selector: flags.selector},
        istiod: flags.with?.includes('istiod') ?? false,
        istioNamespace: flags.istioNamespace,
      })
      const tool = `meshctl ${this.config.version}`
      const options = {tool, concurrency: flags.concurrency, ...captureProgress(line, flags.yes)}
      const key = randomBytes(32)
      if (flags['check-secrets']) {
        const listed = undoable(signal => secretsReport(source, plan, {...options, key, signal}))
        return await this.print(flags, await listed.finally(() => line.clear()), capturedSecretsView)
      }
      const how = {...options, redact: !flags.unredacted, redaction: placeholderPerSecret(key)}
      const {captured, streamed, send} = await undoable(signal =>
        withCaptureTarget(flags.to, new Date(), async ({path, sink, streamed}) => {
          const written = {...how, path: streamed ? '-' : path, signal, ...definedFields({resumed: flags.resume})}
          return await captureReport(source, sink, plan, written)
        }).finally(() => line.clear()),
      )
      await send()
      await (streamed ? this.remarks(captured, captureView, 'short') : this.print(flags, captured, captureView))
      process.exitCode = reportExitCode(captured, flags['require-all'])
    })
  }
}
