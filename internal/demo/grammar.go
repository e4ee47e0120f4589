package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// topic is something customers of a development platform write about.
type topic struct {
	team   string
	weight int
	tags   []string
	// {…} stands for a word drawn for the ticket.
	subjects []string
	problems []string
	asks     []string // what an agent asks
	details  []string // what the customer answers
	notes    []string // between colleagues
	fixes    []string // what solves it
}

var topics = []topic{
	{team: "runners", weight: 14, tags: []string{"ci", "runner"},
		subjects: []string{"Jobs stay pending on {runner}", "Runner {runner} picks up no jobs since {day}", "{n} pipelines waiting for a runner", "Pipeline on {branch} stuck in pending"},
		problems: []string{"Since {day} morning jobs tagged {os} stay pending for up to {min} minutes although {runner} shows as online.", "Our runner {runner} ({version}) is connected but takes no jobs from {project}. Other projects are fine.", "We see {n} jobs waiting in {project}; the queue only moves after we restart the runner service."},
		asks:     []string{"Could you send the runner's configuration without its token, and the last hundred lines of its log?", "Does the runner have a concurrency limit, and do the waiting jobs carry a tag that only this runner has?"},
		details:  []string{"concurrent is 4, and the log repeats \"checking for jobs... received nothing\". The jobs are tagged {os} and protected.", "The log is attached. The project moved to another group on {day}, if that matters."},
		notes:    []string{"Looks like the protected flag: the runner is not allowed to run jobs of unprotected branches.", "Same pattern as last month with {version}. Checking whether the tag was renamed in the group."},
		fixes:    []string{"The runner is marked as protected, so it takes jobs of protected branches only. Either protect {branch} or clear the flag under Settings, Runners.", "After the move the project no longer inherits the group runner. Enable it in the project and the queue will drain.", "Please raise concurrent to 12 and restart the service; four long jobs were holding every slot."}},
	{team: "runners", weight: 10, tags: []string{"ci", "cache"},
		subjects: []string{"Cache is never restored in {job}", "Builds take {min} minutes longer since {version}", "Dependency cache for {project} misses every time"},
		problems: []string{"Every run of {job} says \"no cache found\" and downloads all dependencies again, about {min} minutes each time.", "After we moved to {version} the cache key changed and no job finds the cache of the one before."},
		asks:     []string{"Which cache key do you use, and do the jobs run on the same runner or share object storage?"},
		details:  []string{"The key is the branch name plus the lock file. The runners share {registry}.", "Two runners, no shared storage. I did not know that this matters."},
		notes:    []string{"No distributed cache configured. Point to the guide."},
		fixes:    []string{"The cache lives on the runner that wrote it. With two runners you need shared storage; the guide's section on distributed caches has the four lines to add.", "Slashes in {branch} end the key early in {version}. Use the slug of the branch instead; a fix is in the next patch release."}},
	{team: "runners", weight: 8, tags: []string{"registry"},
		subjects: []string{"Push to {registry} fails with 500", "Image pull is denied in {job}", "Cannot delete old images from {registry}"},
		problems: []string{"docker push to {registry} fails after about {min} minutes with \"unknown: internal error\". Small images work.", "{job} cannot pull its base image any more: \"denied: requested access to the resource is denied\"."},
		asks:     []string{"How large is the layer that fails, and is there a proxy in front of the registry?", "Is the image in another project, and does that project allow access by job tokens?"},
		details:  []string{"The layer has 3.{n} GB and there is a proxy with a body limit, now that you ask.", "It is in another group. The list of allowed projects is empty there."},
		notes:    []string{"Proxy limit again. Worth an article?"},
		fixes:    []string{"The proxy cuts the upload at its body limit. Set it to 0 for the registry's host name and the push will go through.", "Add {project} to the list of projects whose job tokens may pull, then run {job} again."}},
	{team: "platform", weight: 10, tags: []string{"upgrade"},
		subjects: []string{"Upgrade to {version} stops at a migration", "Background migrations pending after {version}", "Question before upgrading from {old} to {version}"},
		problems: []string{"The upgrade from {old} to {version} stops at a database migration and rolls back after {min} minutes.", "After upgrading to {version} there are still {n} background migrations pending. May we go on to the next version?", "We plan to upgrade from {old} to {version} next {day}. Is there a required stop in between?"},
		asks:     []string{"Could you send the output of the migration with its backtrace, and the size of the largest table?", "How many workers process background jobs, and is the queue growing or shrinking?"},
		details:  []string{"It is a lock timeout on the builds table, which has {n} million rows.", "Two workers. The number went down by three since yesterday."},
		notes:    []string{"Large table, lock timeout. Suggest the migration outside of working hours with the higher timeout.", "They skipped the required stop; check with the platform team before answering."},
		fixes:    []string{"Please run the migration with the longer lock timeout while jobs are paused; it took less than {min} minutes for tables of that size.", "Wait until all of them have finished, then upgrade. Raising the workers to six for a night is safe.", "Yes: stop at the last patch of the version before, let the background migrations finish, then go on."}},
	{team: "platform", weight: 7, tags: []string{"performance"},
		subjects: []string{"Merge request page takes {n} seconds", "Web interface slow since {day}", "High memory on {version}"},
		problems: []string{"Opening a merge request with many files takes {n} seconds for everybody since {day}.", "One of our three web nodes uses all of its memory about {min} minutes after a restart."},
		asks:     []string{"Can you send the performance bar's figures for one slow page, and say how many files the change has?", "Which process holds the memory, and do the other nodes run the same version?"},
		details:  []string{"About {n}00 files, and almost all of the time is in the diff.", "The web workers. The other two nodes still run {old}."},
		notes:    []string{"Known with large diffs in {version}; there is an issue with engineering."},
		fixes:    []string{"Large diffs are not kept ready in {version}. Lowering the limit for expanded files to 100 brings the page back under two seconds until the patch is out.", "Mixed versions behind one balancer cause this. Bring all nodes to {version} and the memory will stay flat."}},
	{team: "platform", weight: 5, tags: []string{"outage"},
		subjects: []string{"Instance down: 502 for everybody", "Nobody can push since {min} minutes", "Database failover left the site read-only"},
		problems: []string{"All {n}0 developers get a 502 since {min} minutes. Health checks fail on two of three nodes.", "Pushes hang and time out for everybody. Reading works."},
		asks:     []string{"We are on it. Please run the health check on each node and send its output, and tell us what changed today.", "Which node is the database's primary now, and is its disk full?"},
		details:  []string{"Nothing changed apart from certificates that were renewed this morning.", "The disk with the repositories is at 100 %. We are freeing space now."},
		notes:    []string{"Call offered. On the bridge with two of their engineers.", "Disk full on the storage node; monitoring had no alert for it."},
		fixes:    []string{"The renewed certificate lacks the name that the nodes use among themselves. With the old one back in place everything answers again.", "With space freed and the service restarted, pushes go through. Please add an alert at 85 %; the guide has the rule."}},
	{team: "licensing", weight: 10, tags: []string{"licence"},
		subjects: []string{"Licence for {n} more seats", "Seat count does not match our users", "Licence key is rejected", "Renewal: invoice shows the wrong number of seats"},
		problems: []string{"We need {n} more seats until the end of the term. How are they counted for the remaining months?", "The admin page counts {n}0 users, but only {n}5 people work here. Are blocked users counted?", "The key that arrived today is rejected with \"not valid for this instance\"."},
		asks:     []string{"Could you send the seat link report of the last month?", "Was the instance moved or restored recently?"},
		details:  []string{"Report attached. The difference is bots, it seems.", "Yes, we restored it on a new machine on {day}."},
		notes:    []string{"Order team has confirmed the seats.", "Bots from access tokens are not counted since {version}; they run {old}."},
		fixes:    []string{"The seats are added and a new key is on its way to you; the remaining months are charged by the day.", "Bots of access tokens were still counted in {old}. From {version} on they are not, and the figure will drop at the next sync.", "The key was bound to the old machine. A new one for this instance is in your account now."}},
	{team: "licensing", weight: 5, tags: []string{"billing"},
		subjects: []string{"Invoice address has changed", "Quote for ultimate, {n}0 seats", "Charged twice this month"},
		problems: []string{"Our company has moved. Please change the address on the invoices from now on.", "Could we have a quote for {n}0 seats of ultimate for one year?", "The card statement shows two charges for the same month."},
		asks:     []string{"Could you confirm the new address as it should stand on the invoice?", "Could you tell us the last four digits of the invoice numbers?"},
		details:  []string{"It is the address in our signature.", "They end in {n}1 and {n}2."},
		notes:    []string{"Passed to billing, they answer within a day."},
		fixes:    []string{"The address is changed; the next invoice will show it.", "The quote is in your inbox. It holds for thirty days.", "One of the two was an authorisation only and has been released by now."}},
	{team: "security", weight: 6, tags: []string{"sso"},
		subjects: []string{"Single sign-on loops after certificate change", "Users are not added to groups by {sso}", "Two-factor is asked twice with {sso}"},
		problems: []string{"Since we renewed our certificate, signing in with {sso} ends in a redirect loop.", "People who join a group in {sso} are not added to the group here. Removing works."},
		asks:     []string{"Which fingerprint is configured, and does the response carry the attribute with the groups?"},
		details:  []string{"The fingerprint is the old one. Where do I change it?", "The attribute is there, but under another name than before."},
		notes:    []string{"Classic. The fingerprint must follow the certificate."},
		fixes:    []string{"Please put the new certificate's fingerprint into the group's settings; it is used from the next sign-in on.", "Map the attribute's new name in the settings and the next sign-in adds everybody."}},
	{team: "security", weight: 5, tags: []string{"scanning"},
		subjects: []string{"Scanner reports {n} findings that were fixed", "Dependency scan fails on {branch}", "Is {version} affected by the advisory of {day}?"},
		problems: []string{"The scan of {project} still shows {n} findings that we fixed two weeks ago.", "The dependency scan ends with \"no supported file found\" although there is a lock file.", "Our auditors ask whether {version} is affected by the advisory that was published on {day}."},
		asks:     []string{"Is the scan running on the default branch, and when did it last finish?", "Where does the lock file lie in the repository?"},
		details:  []string{"It runs on {branch} only.", "Two folders down, in services/api."},
		notes:    []string{"Checked with the security team: not affected."},
		fixes:    []string{"Findings are closed by a scan of the default branch. Run it there once and they will go.", "The scanner looks two levels deep. Raise the depth to four in the job's variables.", "{version} is not affected: the component was replaced a year ago. You may forward this to your auditors."}},
	{team: "support", weight: 10, tags: []string{"git"},
		subjects: []string{"Push rejected: file too large", "Cannot clone {project} over SSH", "Deleted branch {branch} by mistake", "Merge conflict that is not there"},
		problems: []string{"A push to {branch} is rejected because of a file that we removed long ago.", "Cloning {project} over SSH asks for a password since {day}. HTTPS works.", "I deleted {branch} by mistake and nobody has it locally."},
		asks:     []string{"Could you send the full output of the push, with the name of the file?", "Which key type do you use, and what does ssh -v say?"},
		details:  []string{"It is a video in the history of {branch}, {n}50 MB.", "It is an old RSA key with SHA-1. The log says it is not accepted."},
		notes:    []string{"Branch restored from the reflog on the storage node."},
		fixes:    []string{"The file is still in the branch's history. Rewriting the last {n} commits without it, as in the guide, lets the push through.", "Keys signed with SHA-1 are refused since {version}. A new ed25519 key works at once.", "The branch is back at its last commit. Protecting it keeps that from happening again."}},
	{team: "support", weight: 10, tags: []string{"api"},
		subjects: []string{"API answers 429 after {n}0 requests", "Webhook to {project} is never delivered", "Access token expires earlier than set"},
		problems: []string{"Our script gets a 429 after {n}0 requests although the limit should be higher on our plan.", "The webhook of {project} shows as sent, but nothing arrives at our side since {day}."},
		asks:     []string{"Which endpoint is it, and does the script keep to the Retry-After header?", "What do the webhook's recent deliveries show as the response?"},
		details:  []string{"The search endpoint. It does not look at the header.", "They show a time-out after ten seconds."},
		notes:    []string{"Search has its own limit, documented since {version}."},
		fixes:    []string{"Search has a limit of its own, lower than the general one. Waiting for Retry-After, or paging by keyset, solves it.", "The receiver takes longer than ten seconds to answer. Answer first, work later, and the deliveries turn green."}},
	{team: "support", weight: 8, tags: []string{"how-to"},
		subjects: []string{"How do we run {job} only for {branch}?", "Can we schedule a pipeline on the first {day} of a month?", "Best way to split {project} into two", "How to give auditors read access"},
		problems: []string{"We would like {job} to run only when something under deploy/ changes on {branch}. What is the right rule?", "Is there a way to run a pipeline on the first {day} of every month?", "Two teams share {project} and want to part. What happens to issues and merge requests?"},
		asks:     []string{"Could you share the job as it is now?"},
		details:  []string{"It is a plain job with only: {branch} at the moment."},
		notes:    []string{"Answered from the article on rules."},
		fixes:    []string{"Use rules with changes and the branch in one entry; the example in the guide does exactly this.", "A schedule with a short check of the date at the start of the first job does it.", "Export and import keep issues and merge requests; the history can be filtered afterwards. The steps are in the guide."}},
	{team: "support", weight: 6, tags: []string{"account"},
		subjects: []string{"Locked out after losing my phone", "Change of my mail address", "Colleague has left, transfer of {project}"},
		problems: []string{"I lost my phone and with it the second factor. The recovery codes were on it too.", "A colleague has left and owns {project} alone. How can we take it over?"},
		asks:     []string{"To be sure it is you: could an owner of your group write to us from their address?"},
		details:  []string{"He is in copy and confirms it."},
		notes:    []string{"Owner confirmed by mail. Two-factor reset, logged."},
		fixes:    []string{"Your second factor is reset. Please set up a new one at the next sign-in and keep the recovery codes elsewhere.", "{project} now belongs to the owner of your group."}},
}

var totalWeight = func() (n int) {
	for _, t := range topics {
		n += t.weight
	}
	return n
}()

var slots = map[string][]string{
	"runner":   {"runner-eu-3", "build-linux-07", "mac-mini-2", "k8s-shared", "win-builder-1", "arm64-pool", "gpu-runner-4", "runner-blue"},
	"branch":   {"main", "release/12", "feature/login", "hotfix-221", "develop", "team-a/refactor", "staging"},
	"version":  {"17.8", "17.9", "18.0", "18.1", "18.2", "18.3", "18.4"},
	"old":      {"16.11", "17.1", "17.3", "17.5", "17.6"},
	"job":      {"build-image", "unit-tests", "deploy-staging", "lint", "e2e", "package", "publish-docs"},
	"os":       {"linux", "windows", "macos", "arm64", "docker"},
	"registry": {"the container registry", "our registry mirror", "object storage", "the package registry"},
	"project":  {"web-shop", "payments-api", "mobile-app", "data-pipeline", "infra", "docs-site", "billing-core", "edge-proxy"},
	"day":      {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"},
	"sso":      {"our identity provider", "SAML", "the new directory"},
	"n":        {"2", "3", "4", "6", "7", "8", "9", "12", "14"},
	"min":      {"5", "10", "15", "20", "30", "45", "90"},
}

// words are those drawn for one ticket, so that it speaks of the same runner throughout.
type words struct {
	rng  *rand.Rand
	used map[string]string
}

func newWords(rng *rand.Rand) *words { return &words{rng, map[string]string{}} }

// fill puts words into a text.
func (w *words) fill(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return b.String() + s
		}
		end := open + strings.IndexByte(s[open:], '}')
		name := s[open+1 : end]
		v, ok := w.used[name]
		if !ok {
			v = pick(w.rng, slots[name])
			w.used[name] = v
		}
		b.WriteString(s[:open])
		b.WriteString(v)
		s = s[end+1:]
	}
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

var (
	hellos   = []string{"Hello,", "Hi there,", "Hello support team,", "Good morning,", "Hi,", "Dear team,"}
	urges    = []string{"This blocks a release, so a quick answer would help.", "It is not urgent, but annoying.", "Could you have a look, please?", "What are we doing wrong?", "Any hint is welcome.", "We can offer a call if that helps.", ""}
	attached = []string{"The log is attached.", "I attach the output."}
	byes     = []string{"Thanks,", "Kind regards,", "Best,", "Many thanks,", "Regards,"}
	thanks   = []string{"That did it, thank you!", "Works now. Thanks for the quick help.", "Perfect, thanks.", "Confirmed, all good on our side. Thank you."}
	agains   = []string{"It worked for a day, but now it happens again.", "Sorry, still the same after the change.", "Only half of it is solved: the second project still fails."}
	thankFor = []string{"Thank you for writing.", "Thanks for the details.", "Thank you for your patience.", "Thanks for reporting this."}
	lookings = []string{"I can see the same here and am looking into it; you will hear from me today.", "I have passed this to the engineers and will come back to you with what they find.", "We are looking into it."}
	closers  = []string{"Please tell us if it does not help.", "Let us know how it goes.", "Reply here if anything is left open.", "I set this to solved; a reply opens it again."}
	heldFor  = []string{"Escalated to the colleagues who own this part; waiting for their answer.", "Waiting for an answer from another department.", "Handed over with everything we know; on hold until they come back."}
	moreAsks = []string{"Does it also happen in a new, empty project?", "Since when exactly, and did anything change on your side that day?", "Could you try it once with another account and tell us what you see?", "Is everybody affected, or one team only?", "Could you send a screenshot of the settings page?"}

	moreDetails = []string{"Yes, in a new project too.", "It began on {day} around noon. We changed nothing that I know of.", "With another account it is the same.", "Only the team that works on {project}.", "I have sent the settings in a separate file share; the short version is that everything is at its default."}
	good        = []string{"Quick and clear, thank you.", "Solved on the first try.", "Very helpful.", "Great service.", "Friendly and fast."}
	bad         = []string{"It took too long.", "I had to explain it twice.", "The answer did not help much.", "Still not sure what the cause was."}
)

// letter is a message with a greeting and a name.
func letter(rng *rand.Rand, hello string, name string, parts ...string) string {
	var body []string
	for _, p := range parts {
		if p != "" {
			body = append(body, p)
		}
	}
	return fmt.Sprintf("%s\n\n%s\n\n%s\n%s", hello, strings.Join(body, "\n\n"), pick(rng, byes), name)
}
