// Runs infra/graph/grant.ps1 for real, in a runspace of PowerShell's own engine, against an `az` that answers as Graph does; then
// lets the same engine parse the commands of the pages that come after it.
using System.Text.RegularExpressions;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

const string Principal = "b3b6a3a0-5a52-4e3f-9a8e-2f4d1c6b7a10";
var script = Path.GetFullPath(args[0]);
string[] names = ["Application.Read.All", "User.Read.All", "GroupMember.Read.All"];
var faults = 0;

void Check(string what, bool holds, object seen)
{
    if (!holds) faults++;
    Console.WriteLine($"{(holds ? "ok    " : "FAULT ")} {what}{(holds ? "" : $"\n{seen}")}");
}

Parser.ParseFile(script, out _, out var errors);
Check("it parses", errors.Length == 0, string.Join("\n", errors.Select(e => e.Message)));

var first = Run([], []);
Check("exactly the needed roles are granted", names.All(n => first.Text.Contains($"granted  {n}")) && first.Held.Count == 3, first.Text);
var second = Run([], first.Held);
Check("a second run changes nothing", names.All(n => second.Text.Contains($"has      {n}")) && second.Posts == 0, second.Text);
var half = Run([], first.Held.Take(1).ToList());
Check("what it has already is left alone", half.Posts == 2 && half.Held.Count == 3, half.Text);
var dry = Run([], [], whatIf: true);
Check("-WhatIf tells and grants nothing", names.All(n => dry.Text.Contains($"would grant {n}")) && dry.Posts == 0, dry.Text);
var unread = Run(["GET"], []);
Check("without the right to read it prints the command", unread.Text.Contains($"grant.ps1 -PrincipalId {Principal}") && unread.Posts == 0, unread.Text);
var ungranted = Run(["POST"], []);
Check("without the right to grant it prints the command", ungranted.Text.Contains($"grant.ps1 -PrincipalId {Principal}") && ungranted.Held.Count == 0, ungranted.Text);
foreach (var wrong in new[] { "", "$(1)" })
{
    var refused = Run([], [], principal: wrong);
    Check($"the principal id \"{wrong}\" is refused before anything is asked", refused.Calls == 0 && refused.Exit == 2, refused.Text);
}
var bare = Run([], [], hasAz: false);
Check("without the Azure CLI it prints the command", bare.Text.Contains($"grant.ps1 -PrincipalId {Principal}") && bare.Text.Contains("is not installed"), bare.Text);
var commands = 0;
foreach (var page in args.Skip(1))
    foreach (Match block in Regex.Matches(File.ReadAllText(page), "^ *```powershell\\n(.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline))
    {
        commands++;
        Parser.ParseInput(block.Groups[1].Value, out _, out var inPage);
        if (inPage.Length > 0) Check($"{page} parses", false, block.Value + string.Join("\n", inPage.Select(e => e.Message)));
    }
Check($"the pages' commands parse ({commands})", commands > 0, "there are none");
foreach (var (what, run) in new[] { ("all is done", first), ("the right to read is missing", unread), ("the right to grant is missing", ungranted), ("the Azure CLI is missing", bare) })
    Check($"azd goes on when {what}: exit code 0, no error", run.Exit == 0 && run.Errors == "", $"{run.Exit} {run.Errors}");
Console.WriteLine(faults == 0 ? "PowerShell: grant.ps1 does what it says" : $"PowerShell: {faults} faults");
return faults == 0 ? 0 : 1;

Outcome Run(string[] forbidden, List<string> held, bool whatIf = false, string principal = Principal, bool hasAz = true)
{
    using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
    runspace.Open();
    var state = new State(forbidden, [.. held]);
    runspace.SessionStateProxy.SetVariable("state", state);
    using var shell = PowerShell.Create(runspace);
    // `az` is a program for the script: it says how it went by the exit code.
    if (hasAz) shell.AddScript("""
        Set-StrictMode -Version Latest
        function global:az { $answer = $state.Answer([string[]] $args); $global:LASTEXITCODE = $state.ExitCode; $answer }
        $global:LASTEXITCODE = 0
        """).Invoke();
    shell.Commands.Clear();
    shell.AddCommand(script).AddParameter("PrincipalId", principal);
    if (whatIf) shell.AddParameter("WhatIf");
    var text = string.Join("\n", shell.Invoke().Select(line => line?.ToString()));
    var exit = (int?)runspace.SessionStateProxy.GetVariable("LASTEXITCODE") ?? 0;
    return new(text, state.Held, state.Posts, state.Calls, exit, string.Join("\n", shell.Streams.Error.Select(e => e.ToString())));
}

record Outcome(string Text, List<string> Held, int Posts, int Calls, int Exit, string Errors);

/// <summary>What Graph knows, asked through az.</summary>
public class State(string[] forbidden, List<string> held)
{
    private const string Graph = "11111111-2222-4333-8444-555555555555";
    public List<string> Held => held;
    public int Posts { get; private set; }
    public int Calls { get; private set; }
    public int ExitCode { get; private set; }

    public string[] Answer(string[] args)
    {
        Calls++;
        ExitCode = 0;
        // Windows' az is a batch file: PowerShell hands it an argument without a space unquoted, and cmd reads these as its own.
        if (args.Any(one => !one.Any(char.IsWhiteSpace) && one.IndexOfAny(['(', ')', '&', '|', '<', '>', '^']) >= 0)) return Fail();
        var line = string.Join(" ", args);
        if (line.StartsWith("cloud show")) return ["https://graph.microsoft.com/"];
        if (line.StartsWith("ad sp show --id 00000003-0000-0000-c000-000000000000")) return forbidden.Contains("GET") ? Fail() : [Graph];
        var method = args[Array.IndexOf(args, "--method") + 1];
        var url = args[Array.IndexOf(args, "--url") + 1];
        if (forbidden.Contains(method)) return Fail();
        if (method == "POST")
        {
            Posts++;
            var body = System.Text.Json.JsonDocument.Parse(File.ReadAllText(args[Array.IndexOf(args, "--body") + 1][1..])).RootElement;
            var role = body.GetProperty("appRoleId").GetString()!;
            if (body.GetProperty("resourceId").GetString() != Graph || !url.EndsWith($"/servicePrincipals/{Graph}/appRoleAssignedTo") || held.Contains(role)) return Fail();
            held.Add(role);
            return [];
        }
        if (url.Contains("appRoleAssignments?$top=999")) return [.. held];
        return Fail();
    }

    private string[] Fail()
    {
        ExitCode = 1;
        return [];
    }
}
