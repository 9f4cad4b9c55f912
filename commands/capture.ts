import {Flags} from '@oclif/core'
import {undoable} from '../src/cli/interrupt.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {progressLine} from '../src/cli/progress-line.js'
import {humanSize} from '../src/model/human-size.js'
import {planCapture} from '../src/reports/capture/plan.js'
import {captureReport} from '../src/reports/capture/report.js'
import {captureView} from '../src/reports/capture/view.js'

export default class Capture extends MeshCommand {
  static override summary = 'Carry away everything meshctl can know about pods, as a bundle for --from'
  static override description =
    'Keys, tokens, passwords and values of the environment are left out; Secrets are never read. What cannot be had is kept as a gap with its reason. docs/bundle.md describes the format.'
  static override examples = [
    '<%= config.bin %> capture deploy/reviews-v1 --from sample --to reviews.tgz',
    '<%= config.bin %> capture -A --with istiod --to incident.tgz',
  ]
  static override strict = false
  static override flags = {
    to: Flags.string({required: true, helpValue: 'FILE.tgz', description: 'the bundle to write'}),
    'all-namespaces': Flags.boolean({char: 'A', description: 'the pods of every namespace'}),
    selector: Flags.string({char: 'l', description: 'label selector that picks the pods'}),
    with: Flags.string({multiple: true, options: ['istiod'], description: 'also what the control plane knows of them'}),
    concurrency: Flags.integer({default: 8, min: 1, max: 64, description: 'pods asked at the same time'}),
    yes: Flags.boolean({char: 'y', description: 'go on however large it is'}),
    unredacted: Flags.boolean({description: 'keep secrets in the bundle; not for sharing'}),
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
            line.note(`this will hold about ${estimate.text}`)
            return !estimate.large || flags.yes
          },
          progress: ({podsDone, pods, bytes, gaps}) =>
            line.show(`${podsDone} of ${pods} pods, ${humanSize(bytes)}, ${gaps} not had`),
        }),
      ).finally(() => line.clear())
      await this.print(flags, report, captureView)
    })
  }
}
