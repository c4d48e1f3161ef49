"""What happens on the demo phone, and which names it asks for while it does. Values only.

The order is what public captures and teardowns show of a Redmi Note in use.
"""

Scene = tuple[str, tuple[str, ...]]  # its title, its names

SCENES: tuple[Scene, ...] = (
    (
        "The screen is switched on",
        (
            "connect.rom.miui.com",
            "tracking.intl.miui.com",
            "data.mistat.intl.xiaomi.com",
            "app.chat.global.xiaomi.net",
            "resolver.msg.global.xiaomi.net",
            "update.intl.miui.com",
            "time.android.com",
        ),
    ),
    (
        "The browser opens a page",
        (
            "sa.api.intl.miui.com",
            "globalapi.ad.xiaomi.com",
            "sdkconfig.ad.intl.xiaomi.com",
            "www.wikipedia.org",
            "upload.wikimedia.org",
            "sa.api.intl.miui.com",
            "api.ad.intl.xiaomi.com",
        ),
    ),
    (
        "A private tab opens another one",
        ("sa.api.intl.miui.com", "www.bbc.com", "ichef.bbci.co.uk", "sa.api.intl.miui.com"),
    ),
    (
        "A folder is opened on the home screen",
        (
            "tracking.intl.miui.com",
            "data.mistat.intl.xiaomi.com",
            "globalapi.ad.xiaomi.com",
            "diagnosis.ad.intl.xiaomi.com",
        ),
    ),
    (
        "The settings are opened",
        ("tracking.intl.miui.com", "sdkconfig.ad.intl.xiaomi.com", "account.xiaomi.com", "api.io.mi.com"),
    ),
    (
        "A shopping app is opened",
        (
            "ulogs.umeng.com",
            "alogus.umeng.com",
            "h-adashx.ut.taobao.com",
            "log.mmstat.com",
            "g.alicdn.com",
            "resolvers-sg.httpdns.aliyuncs.com",
            "audid-api.taobao.com",
        ),
    ),
    (
        "The phone lies on the table",
        ("data.mistat.intl.xiaomi.com", "tracking.intl.miui.com", "find.api.micloud.xiaomi.net"),
    ),
)
