import {Flags} from '@oclif/core'
import {CAPTURE_NEEDS} from '../src/cli/command-needs.js'
import {undoable} from '../src/cli/interrupt.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {progressLine} from '../src/cli/progress-line.js'
import {humanSize} from '../src/model/human-size.js'
import {planCapture} from '../src/reports/capture/plan.js'
import {captureReport} from '../src/reports/capture/report.js'
import {captureView} from '../src/reports/capture/view.js'

export default class Capture extends MeshCommand {
  static override summary = 'Capture everything meshctl can read about pods into a bundle'
  static override usage = 'capture [POD...] --to FILE.tgz [flags]'
  static override description =
    'Replay the bundle with --from. Keys, tokens, passwords and environment values are removed; Secrets are never read. Anything that could not be read is recorded, with the reason. docs/bundle.md describes the format.'
  static override examples = [
    '<%= config.bin %> capture deploy/reviews-v1 --from sample --to reviews.tgz',
    '<%= config.bin %> capture -A --with istiod --to incident.tgz',
  ]
  static override needs = CAPTURE_NEEDS
  static override strict = false
  static override flags = {
    to: Flags.string({required: true, helpValue: 'FILE.tgz', description: 'bundle file to write'}),
    'all-namespaces': Flags.boolean({char: 'A', description: 'pods in every namespace'}),
    selector: Flags.string({char: 'l', description: 'label selector for the pods'}),
    with: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      options: ['istiod'],
      description: "also capture the control plane's view",
    }),
    concurrency: Flags.integer({default: 8, min: 1, max: 64, description: 'number of pods to read in parallel'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask, whatever the size'}),
    unredacted: Flags.boolean({description: 'do not redact secrets in the bundle (do not share it)'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Capture)
    await this.withSource(flags, async source => {
      const {bundleSink} = await import('../src/sources/bundle/sink.js')
      const line = progressLine(process.stderr)
      const plan = await planCapture(source, {
        pods: argv as string[],
        target: {namespace: flags.namespace, allNamespaces: flags['all-namespaces'], selector: flags.selector},
        istiod: flags.with?.includes('istiod') ?? false,
        istioNamespace: flags.istioNamespace,
      })
      const sink = await bundleSink(flags.to)
      const report = await undoable(signal =>
        captureReport(source, sink, plan, {
          path: flags.to,
          tool: `meshctl ${this.config.version}`,
          redact: !flags.unredacted,
          concurrency: flags.concurrency,
          signal,
          agree: estimate => {
            line.note(`estimate: ${estimate.text}`)
            return !estimate.large || flags.yes
          },
          progress: ({podsDone, pods, bytes, gaps}) =>
            line.show(`${podsDone}/${pods} pods, ${humanSize(bytes)}, ${gaps} items missing`),
        }),
      ).finally(() => line.clear())
      await this.print(flags, report, captureView)
    })
  }
}
