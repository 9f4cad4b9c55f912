import {Flags} from '@oclif/core'
import {ANALYZE_NEEDS} from '../src/cli/command-needs.js'
import {overlayFlags, repeatableFlag, suppressFlag, teamFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {outputSpecs} from '../src/cli/output/outputs.js'
import {remark, write} from '../src/cli/output/streams.js'
import {analyzeRemarks, analyzeSettings, askedAbout} from '../src/cli/runs/analyze-run.js'
import {example} from '../src/cli/usage/example.js'
import {analyzeReport} from '../src/reports/analyze/report.js'
import {analyzeView} from '../src/reports/analyze/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Analyze extends MeshCommand {
  static override summary = 'Analyze the mesh configuration in files or in a cluster, as istioctl analyze'
  static override forms = formsOf(analyzeView)
  static override needs = ANALYZE_NEEDS
  static override strict = false
  static override usage = 'analyze [FILE|DIR|-]... [flags]'
  static override examples = [
    example('Check manifests before they are applied', 'analyze gateway.yaml routes/'),
    example('Check every namespace of the sample mesh', 'analyze --from sample -A'),
    example(
      'Fail a pipeline on warnings, and write SARIF for code review',
      'analyze routes/ --failure-threshold Warning -o sarif=analyze.sarif',
    ),
  ]
  static override flags = {
    file: repeatableFlag('files to analyze, as the arguments are', 'f', 'FILE'),
    'use-kube': Flags.boolean({char: 'k', allowNo: true, description: 'use the cluster and the files'}),
    suppress: suppressFlag,
    'failure-threshold': Flags.string({description: 'exit with 1 at this level or above (default Error)'}),
    'fail-on': Flags.string({description: 'the same as --failure-threshold'}),
    'output-threshold': Flags.string({description: 'show findings at this level or above (default Info)'}),
    analyzer: repeatableFlag('run only these: analyzers of istioctl, codes or names of rules'),
    only: repeatableFlag('the same as --analyzer'),
    skip: repeatableFlag('skip these'),
    'list-analyzers': Flags.boolean({char: 'L', description: 'list the analyzers and their rules'}),
    meshConfigFile: Flags.string({helpValue: 'FILE', description: 'mesh configuration to assume'}),
    meshNetworksFile: Flags.string({helpValue: 'FILE', description: 'mesh networks to assume'}),
    'ignore-unknown': Flags.boolean({description: 'ignore documents that cannot be read'}),
    ...teamFlags,
    ...overlayFlags,
    cluster: repeatableFlag('files of one of several clusters (repeatable)', undefined, 'NAME=DIR'),
    'remote-contexts': repeatableFlag('contexts of other clusters to analyze together with it', undefined, 'CONTEXT'),
    'istioctl-exit-codes': Flags.boolean({description: "exit with istioctl's codes: 0, 79, 65, 64, 1"}),
  }

  /** True once the flags are parsed: later failures are not usage errors. */
  private understood = false

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Analyze)
    if (flags['list-analyzers']) {
      const {analyzerList} = await import('../src/cli/output/analyzer-list.js')
      return await write(process.stdout, analyzerList())
    }
    outputSpecs(flags.output, analyzeView)
    const {file: _, ...common} = flags
    const settings = await analyzeSettings(flags)
    this.understood = true
    const {root, version} = this.config
    const report = await askedAbout(argv.map(String), flags, {root, version}, (sources, options) =>
      analyzeReport(sources, {...options, ...settings}),
    )
    await this.print(common, report, analyzeView)
    for (const line of analyzeRemarks(report)) await remark(line)
    if (!flags['istioctl-exit-codes']) return
    const {istioctlExit} = await import('../src/cli/output/istioctl-exit.js')
    process.exitCode = istioctlExit(Number(process.exitCode), report.damaged.length > 0)
  }

  override async catch(error: Error): Promise<void> {
    if (!this.argv.includes('--istioctl-exit-codes')) throw error
    const {withIstioctlExit} = await import('../src/cli/output/istioctl-exit.js')
    throw withIstioctlExit(error, !this.understood)
  }
}
