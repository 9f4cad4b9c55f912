import {manifestsDoNotPass} from './templates.js'

manifestsDoNotPass(0.25)
