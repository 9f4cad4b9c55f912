import {startEvidence} from './evidence.js'
import {startFilters} from './filters.js'
import {startGraph} from './graph.js'
import {startTheme} from './theme.js'

document.documentElement.classList.add('js')
startTheme()
startFilters()
startGraph()
startEvidence()
