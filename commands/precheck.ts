import {Flags} from '@oclif/core'
import {PRECHECK_NEEDS} from '../src/cli/command-needs.js'
import {repeatableFlag, suppressFlag, teamFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {outputSpecs} from '../src/cli/output/outputs.js'
import {askedAbout} from '../src/cli/runs/analyze-run.js'
import {precheckSettings} from '../src/cli/runs/precheck-run.js'
import {example} from '../src/cli/usage/example.js'
import {precheckReport} from '../src/reports/analyze/precheck.js'
import {checkView} from '../src/reports/check/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Precheck extends MeshCommand {
  static override summary = 'Check what an Istio upgrade changes for this mesh'
  static override hiddenAliases = ['x:precheck', 'experimental:precheck']
  static override forms = formsOf(checkView)
  static override needs = PRECHECK_NEEDS
  static override strict = false
  static override usage = 'precheck [FILE|DIR|-]... --target 1.NN [flags]'
  static override examples = [
    example('Check whether the cluster can be upgraded', 'precheck --target 1.31'),
    example('Check a bundle the same way', 'precheck --target 1.28 --from incident.tgz'),
    example(
      'Check manifests for two releases, and write SARIF',
      'precheck mesh/ --from-version 1.22 --target 1.24 -o sarif=precheck.sarif',
    ),
  ]
  static override flags = {
    target: Flags.string({helpValue: '1.NN', default: '1.31', description: 'the release to upgrade to'}),
    'from-version': Flags.string({helpValue: '1.NN', description: 'the running release (default: what the mesh runs)'}),
    file: repeatableFlag('files to check, like the arguments', 'f', 'FILE'),
    'use-kube': Flags.boolean({
      char: 'k',
      allowNo: true,
      description: 'use the cluster and the files',
    }),
    suppress: suppressFlag,
    'fail-on': Flags.string({description: 'exit with 1 at this level or above (default Warning)'}),
    'output-threshold': Flags.string({description: 'show findings at this level or above (default Info)'}),
    only: repeatableFlag('run only these rules: codes or names, comma-separated'),
    skip: repeatableFlag('skip these'),
    meshConfigFile: Flags.string({helpValue: 'FILE', description: 'mesh configuration to assume'}),
    'ignore-unknown': Flags.boolean({description: 'ignore documents that cannot be read'}),
    ...teamFlags,
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Precheck)
    outputSpecs(flags.output, checkView)
    const {file: _, ...common} = flags
    const settings = await precheckSettings(flags)
    const {root, version} = this.config
    // Findings of every namespace count: the control plane is upgraded for all of them.
    const everywhere = {...flags, 'all-namespaces': flags.namespace === undefined}
    const report = await askedAbout(argv.map(String), everywhere, {root, version}, (sources, options) =>
      precheckReport(sources, {...options, ...settings}),
    )
    await this.print(common, report, checkView)
  }
}
